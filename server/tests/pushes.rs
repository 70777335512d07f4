//! Pushes to devices, against our own push service, which decrypts each push as a browser would.

mod support;

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use jiff::{Timestamp, ToSpan};
use p256::SecretKey;
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use serde_json::{Value, json};
use server::push::Reach;
use server::{Page, Settings};
use support::{Answer, Server};
use web_push_native::{Auth, decrypt};

/// RFC 8291, appendix A.
const RECEIVER: &str = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94";
const RECEIVER_POINT: &str =
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";
const MESSAGE: &str = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";

#[test]
fn the_test_receiver_decrypts_the_example_in_the_standard() {
    let text = received(&BASE64.decode(MESSAGE).unwrap());
    assert_eq!(text, "When I grow up, I want to be a watermelon");
}

#[test]
fn a_device_that_is_silent_for_a_day_gets_one_push_that_only_it_can_read() {
    let service = PushService::answering(&[201]);
    let (server, device) = subscribed(&service);
    let now = Timestamp::now();
    assert_eq!(server.state.push_due(now + 23.hours()).unwrap(), 0);
    assert_eq!(server.state.push_due(now + 25.hours()).unwrap(), 1);
    assert_eq!(server.state.push_due(now + 26.hours()).unwrap(), 0, "one a day is enough");

    let [push] = &*service.pushes() else { panic!("one push") };
    assert_eq!(serde_json::from_str::<Value>(&received(&push.body)).unwrap(), json!({"reason": "silent"}));
    assert_eq!(push.header("content-encoding"), "aes128gcm");
    assert_eq!((push.header("ttl"), push.header("topic")), ("43200", "safelight-backup"));
    assert_eq!(push.header("urgency"), "high");
    assert_signed(push, &service.origin(), now + 25.hours(), &device.state(&server)["publicKey"]);
    let state = device.state(&server);
    assert_eq!(state["outcome"], "taken");
    assert!(state["pushedAt"].as_str().unwrap() > now.to_string().as_str());
}

#[test]
fn an_ended_subscription_gets_no_pushes_and_keeps_its_settings() {
    for status in [404, 410] {
        let service = PushService::answering(&[status]);
        let (server, device) = subscribed(&service);
        let later = Timestamp::now() + 25.hours();
        device.subscribe(&server, &service.endpoint(), Some(9 * 60));
        server.state.push_due(later).unwrap();
        let state = device.state(&server);
        assert_eq!((&state["subscribed"], &state["outcome"]), (&json!(false), &json!("gone")), "{status}");
        assert_eq!(state["dailyAt"], 9 * 60);
        assert_eq!(server.state.push_due(later + 25.hours()).unwrap(), 0);
        assert_eq!(device.ask(&server, "POST", "/safelight/v1/push/test", &Value::Null).status, 409);

        device.subscribe(&server, &format!("{}/push/new", service.origin()), Some(9 * 60));
        let state = device.state(&server);
        assert_eq!((&state["subscribed"], &state["outcome"]), (&json!(true), &Value::Null));
    }
}

#[test]
fn a_device_whose_app_may_not_run_gets_no_pushes() {
    let service = PushService::answering(&[201]);
    let (server, device) = subscribed(&service);
    let later = Timestamp::now() + 25.hours();
    let told = |held: bool| {
        let keys = json!({"p256dh": RECEIVER_POINT, "auth": AUTH});
        let body = json!({"endpoint": service.endpoint(), "keys": keys, "held": held});
        assert_eq!(device.ask(&server, "PUT", "/safelight/v1/push", &body).status, 204);
        assert_eq!(device.state(&server)["held"], held);
    };
    told(true);
    assert_eq!(server.state.push_due(later).unwrap(), 0);
    told(false);
    assert_eq!(server.state.push_due(later).unwrap(), 1);
}

#[test]
fn a_browser_that_is_paired_again_keeps_its_time_of_day() {
    let service = PushService::answering(&[]);
    let (server, device) = subscribed(&service);
    device.subscribe(&server, &service.endpoint(), Some(600));
    let again = Device { cookie: server.pair() };
    assert_eq!(again.subscribe(&server, &service.endpoint(), None).status, 204);
    assert_eq!(again.state(&server)["dailyAt"], 600);
    assert_eq!(again.state(&server)["endpoint"], service.endpoint());
    assert_eq!(device.state(&server)["subscribed"], false);
    // Once the user clears the time, it stays cleared.
    assert_eq!(again.subscribe(&server, &service.endpoint(), None).status, 204);
    assert_eq!(again.state(&server)["dailyAt"], Value::Null);
}

#[test]
fn a_busy_push_service_is_retried_at_growing_intervals() {
    let service = PushService::answering(&[500, 429, 201]);
    let (server, device) = subscribed(&service);
    let later = Timestamp::now() + 25.hours();
    let push_after = |minutes: i64| server.state.push_due(later + minutes.minutes()).unwrap();
    assert_eq!(push_after(0), 1);
    assert_eq!((push_after(14), push_after(16)), (0, 1), "15 minutes after a fault");
    assert_eq!(device.state(&server)["outcome"], "not now");
    assert_eq!((push_after(16 + 59), push_after(16 + 61)), (0, 1), "the hour that it asked for");
    assert_eq!(device.state(&server)["outcome"], "taken");
    assert_eq!(service.pushes().len(), 3);
}

#[test]
fn an_unreachable_push_service_costs_only_a_try() {
    let service = PushService::answering(&[]);
    let (server, device) = subscribed(&service);
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    device.subscribe(&server, &format!("http://{nobody}/p"), None);
    server.state.push_due(Timestamp::now() + 25.hours()).unwrap();
    let state = device.state(&server);
    assert_eq!((&state["subscribed"], &state["outcome"]), (&json!(true), &json!("not now")));
}

#[test]
fn a_push_service_that_refuses_is_tried_once_a_day() {
    let service = PushService::answering(&[403, 403]);
    let (server, device) = subscribed(&service);
    let later = Timestamp::now() + 25.hours();
    assert_eq!(server.state.push_due(later).unwrap(), 1);
    assert_eq!(device.state(&server)["outcome"], "refused with 403");
    assert_eq!(server.state.push_due(later + 1.hours()).unwrap(), 0);
    assert_eq!(server.state.push_due(later + 25.hours()).unwrap(), 1);
}

#[test]
fn a_push_comes_at_the_chosen_time_of_day() {
    let service = PushService::answering(&[201]);
    let (server, device) = subscribed(&service);
    let now = Timestamp::now() + 3.hours();
    let minute = now.as_second().rem_euclid(86_400) / 60;
    assert_eq!(device.subscribe(&server, &service.endpoint(), Some(minute)).status, 204);
    assert_eq!(device.state(&server)["dailyAt"], minute);
    assert_eq!(server.state.push_due(now - 2.minutes()).unwrap(), 0);
    assert_eq!(server.state.push_due(now + 1.minutes()).unwrap(), 1);
    assert_eq!(received(&service.pushes()[0].body), r#"{"reason":"daily"}"#);
}

#[test]
fn only_a_browser_can_subscribe_and_only_with_a_real_subscription() {
    let service = PushService::answering(&[]);
    let (server, device) = subscribed(&service);
    for body in [
        json!({"endpoint": "nonsense", "keys": {"p256dh": RECEIVER_POINT, "auth": AUTH}}),
        json!({"endpoint": service.endpoint(), "keys": {"p256dh": "BCVx", "auth": AUTH}}),
        json!({"endpoint": service.endpoint(), "keys": {"p256dh": RECEIVER_POINT, "auth": "BTBZ"}}),
        json!({"endpoint": service.endpoint(), "keys": {"p256dh": RECEIVER_POINT, "auth": AUTH}, "dailyAt": 1440}),
    ] {
        let answer = device.ask(&server, "PUT", "/safelight/v1/push", &body);
        assert_eq!(answer.status, 400, "{body}: {answer:?}");
    }
    assert_eq!(server.get("/safelight/v1/push").status, 403, "a key is no browser");
    let strict = Server::start();
    let browser = Device { cookie: strict.pair() };
    assert_eq!(browser.subscribe(&strict, "http://127.0.0.1:1/p", None).status, 400, "over TLS only");
}

#[test]
fn a_device_can_ask_for_a_push_now_and_unsubscribe() {
    let service = PushService::answering(&[429]);
    let (server, device) = subscribed(&service);
    assert_eq!(device.ask(&server, "POST", "/safelight/v1/push/test", &Value::Null).status, 202);
    while device.state(&server)["outcome"].is_null() {
        thread::yield_now();
    }
    assert_eq!(received(&service.pushes()[0].body), r#"{"reason":"asked"}"#);
    // The service asked us to wait an hour.
    assert_eq!(device.ask(&server, "POST", "/safelight/v1/push/test", &Value::Null).status, 409);
    assert_eq!(device.ask(&server, "DELETE", "/safelight/v1/push", &Value::Null).status, 204);
    assert_eq!(device.state(&server)["subscribed"], false);
    assert_eq!(device.ask(&server, "POST", "/safelight/v1/push/test", &Value::Null).status, 409);
    assert_eq!(server.state.push_due(Timestamp::now() + 25.hours()).unwrap(), 0);
}

#[test]
fn a_revoked_device_gets_no_pushes_and_the_key_stays_the_same() {
    let service = PushService::answering(&[]);
    let (server, device) = subscribed(&service);
    let key = device.state(&server)["publicKey"].clone();
    let sessions = device.ask(&server, "GET", "/safelight/v1/sessions", &Value::Null).json();
    let id = sessions[0]["id"].as_str().unwrap();
    assert_eq!(
        device.ask(&server, "DELETE", &format!("/safelight/v1/sessions/{id}"), &Value::Null).status,
        204
    );
    assert_eq!(server.state.push_due(Timestamp::now() + 25.hours()).unwrap(), 0);
    let server = Server::start_in(server.stop());
    assert_eq!(Device { cookie: server.pair() }.state(&server)["publicKey"], key);
}

/// A paired browser.
struct Device {
    cookie: String,
}

impl Device {
    fn ask(&self, server: &Server, method: &str, path: &str, body: &Value) -> Answer {
        let headers = [("cookie", self.cookie.as_str()), ("content-type", "application/json")];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        server.send(method, path, &headers, body.as_bytes())
    }

    fn subscribe(&self, server: &Server, endpoint: &str, daily_at: Option<i64>) -> Answer {
        let keys = json!({"p256dh": RECEIVER_POINT, "auth": AUTH});
        // A browser also sends fields that the server does not use.
        let body = json!({"endpoint": endpoint, "expirationTime": null, "keys": keys, "dailyAt": daily_at});
        self.ask(server, "PUT", "/safelight/v1/push", &body)
    }

    fn state(&self, server: &Server) -> Value {
        self.ask(server, "GET", "/safelight/v1/push", &Value::Null).json()
    }
}

fn subscribed(service: &PushService) -> (Server, Device) {
    let settings =
        Settings { push_reach: Reach::Plain, push_asked_after: Some(Duration::ZERO), ..Settings::default() };
    let server = Server::start_with(tempfile::tempdir().unwrap(), Page::embedded(&[]), settings);
    let device = Device { cookie: server.pair() };
    assert_eq!(device.subscribe(&server, &service.endpoint(), None).status, 204);
    assert_eq!(device.state(&server)["subscribed"], true);
    (server, device)
}

fn received(message: &[u8]) -> String {
    let secret = SecretKey::from_slice(&BASE64.decode(RECEIVER).unwrap()).unwrap();
    let auth: [u8; 16] = BASE64.decode(AUTH).unwrap().try_into().unwrap();
    String::from_utf8(decrypt(message.to_vec(), &secret, &Auth::from(auth)).unwrap()).unwrap()
}

/// RFC 8292, 2 and 3.
fn assert_signed(push: &Push, audience: &str, now: Timestamp, public_key: &Value) {
    let header = push.header("authorization");
    let (token, key) = header.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
    assert_eq!(Some(key), public_key.as_str());
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let key = VerifyingKey::from_sec1_bytes(&BASE64.decode(key).unwrap()).unwrap();
    let signature = Signature::from_slice(&BASE64.decode(signature).unwrap()).unwrap();
    key.verify(signed.as_bytes(), &signature).unwrap();
    let part = |at: usize| -> Value {
        serde_json::from_slice(&BASE64.decode(signed.split('.').nth(at).unwrap()).unwrap()).unwrap()
    };
    assert_eq!(part(0), json!({"typ": "JWT", "alg": "ES256"}));
    assert_eq!(part(1)["aud"], audience);
    let valid = part(1)["exp"].as_i64().unwrap() - now.as_second();
    assert!(valid > 0 && valid <= 86_400, "{valid}");
    assert!(part(1)["sub"].as_str().unwrap().starts_with("mailto:"));
}

/// A browser vendor's push service: accepts pushes and answers each with the given status. A 429 asks for an
/// hour's wait.
struct PushService {
    address: SocketAddr,
    pushes: Arc<Mutex<Vec<Push>>>,
}

#[derive(Clone)]
struct Push {
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Push {
    fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

impl PushService {
    fn answering(statuses: &[u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let pushes = Arc::<Mutex<Vec<Push>>>::default();
        let (taken, statuses) = (Arc::clone(&pushes), statuses.to_vec());
        // Ends with the test process.
        thread::spawn(move || {
            for status in statuses {
                let mut stream = BufReader::new(listener.accept().unwrap().0);
                let push = read(&mut stream);
                taken.lock().unwrap().push(push);
                let answer = format!(
                    "HTTP/1.1 {status} x\r\nRetry-After: 3600\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                );
                let answer = if status == 429 { answer } else { answer.replace("Retry-After: 3600\r\n", "") };
                stream.get_mut().write_all(answer.as_bytes()).unwrap();
            }
        });
        Self { address, pushes }
    }

    fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    fn endpoint(&self) -> String {
        format!("{}/push/abc", self.origin())
    }

    fn pushes(&self) -> Vec<Push> {
        self.pushes.lock().unwrap().clone()
    }
}

fn read(stream: &mut impl BufRead) -> Push {
    let mut lines = stream.by_ref().lines().map(Result::unwrap);
    assert_eq!(lines.next().unwrap(), "POST /push/abc HTTP/1.1");
    let headers: Vec<(String, String)> = lines
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned())))
        .collect();
    let push = Push { headers, body: Vec::new() };
    let mut body = vec![0; push.header("content-length").parse().unwrap()];
    stream.read_exact(&mut body).unwrap();
    Push { body, ..push }
}
