//! The server is killed again and again while several clients upload at once. After each start, every upload that it
//! ever acknowledged is there. At the end every byte is right, and no incomplete file is left. KILLS=n kills it more
//! often; SEED=n repeats the same random choices.

#[path = "support/program.rs"]
mod program;

use std::collections::HashSet;
use std::env;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use program::{Program, SERVE, command, run, said};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use server::vault::{Depth, check};
use sha1::{Digest, Sha1};
use tempfile::TempDir;

const KILLS: u64 = 200;
const CLIENTS: u64 = 4;
/// The longest time from "ready" to the kill.
const LONGEST_LIFE_MS: u64 = 120;
/// All bytes are verified after this many lives.
const LIVES_PER_CHECK: u64 = 25;
const USUAL_BYTES: usize = 100_000;
/// More than an upload may lose in a crash.
const LARGE_BYTES: usize = 20_000_000;
const ONE_IS_LARGE_OF: u32 = 60;

/// What all clients know together.
#[derive(Default)]
struct Ledger {
    /// Files that were sent, at least in part.
    begun: HashSet<String>,
    acknowledged: HashSet<String>,
}

struct Client {
    random: StdRng,
    /// Sent again until it is acknowledged.
    current: Option<File>,
}

struct File {
    bytes: Vec<u8>,
    in_pieces: bool,
}

#[test]
fn acknowledged_files_survive_every_kill() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let (kills, seed) = (number("KILLS").unwrap_or(KILLS), number("SEED").unwrap_or(now));
    println!("SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let folder = tempfile::tempdir().unwrap();
    drop(Program::serve(folder.path()));
    let key = said(&run(folder.path(), &["key", "new", "test"])).trim().to_owned();
    let ledger = Mutex::new(Ledger::default());
    let client = |number| Client { random: StdRng::seed_from_u64(seed ^ number), current: None };
    let mut clients: Vec<Client> = (1..=CLIENTS).map(client).collect();
    for life in 0..kills {
        let server = Program::start(&mut command(folder.path(), SERVE));
        let url = format!("http://127.0.0.1:{}", server.line("Listening on 127.0.0.1:"));
        all_is_held(&url, &key, &ledger.lock().unwrap().acknowledged);
        thread::scope(|scope| {
            for client in &mut clients {
                scope.spawn(|| client.send_until_the_end(&url, &key, &ledger));
            }
            thread::sleep(Duration::from_millis(random.random_range(0..LONGEST_LIFE_MS)));
            drop(server);
        });
        if life % LIVES_PER_CHECK == 0 {
            drop(Program::serve(folder.path()));
            all_is_right(&folder, &ledger.lock().unwrap());
        }
    }
    drop(Program::serve(folder.path()));
    let ledger = ledger.lock().unwrap();
    all_is_right(&folder, &ledger);
    println!("{kills} kills, {} files acknowledged", ledger.acknowledged.len());
    assert!(ledger.acknowledged.len() as u64 > kills, "the clients hardly got to send anything");
}

impl Client {
    fn send_until_the_end(&mut self, url: &str, key: &str, ledger: &Mutex<Ledger>) {
        loop {
            let file = self.current.take().unwrap_or_else(|| File::random(&mut self.random));
            let digest = hex(&file.bytes);
            ledger.lock().unwrap().begun.insert(digest.clone());
            match file.send(url, key) {
                Ok(200 | 201) => _ = ledger.lock().unwrap().acknowledged.insert(digest),
                Ok(status) => panic!("{status}"),
                Err(_) => {
                    self.current = Some(file);
                    return;
                }
            }
        }
    }
}

impl File {
    fn random(random: &mut StdRng) -> Self {
        let is_large = random.random_ratio(1, ONE_IS_LARGE_OF);
        let size = random.random_range(1..if is_large { LARGE_BYTES } else { USUAL_BYTES });
        let mut bytes = vec![0; size];
        random.fill(&mut bytes[..]);
        Self { bytes, in_pieces: is_large || random.random_bool(0.3) }
    }

    fn send(&self, url: &str, key: &str) -> Result<u16, ureq::Error> {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        if self.in_pieces { self.send_pieces(&agent, url, key) } else { self.send_form(&agent, url, key) }
    }

    fn send_form(&self, agent: &ureq::Agent, url: &str, key: &str) -> Result<u16, ureq::Error> {
        let mut form = Vec::new();
        for (name, value) in
            [("fileCreatedAt", "2024-05-01T10:00:00Z"), ("fileModifiedAt", "2024-05-02T11:00:00Z")]
        {
            form.extend(
                format!("--B\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes(),
            );
        }
        form.extend(b"--B\r\nContent-Disposition: form-data; name=\"assetData\"; filename=\"a.jpg\"\r\n\r\n");
        form.extend(&self.bytes);
        form.extend(b"\r\n--B--\r\n");
        let request = agent.post(format!("{url}/api/assets")).header("x-api-key", key);
        Ok(request.content_type("multipart/form-data; boundary=B").send(form)?.status().as_u16())
    }

    fn send_pieces(&self, agent: &ureq::Agent, url: &str, key: &str) -> Result<u16, ureq::Error> {
        let data = json!({"filename": "b.mp4", "fileCreatedAt": "2024-05-01T10:00:00Z", "fileModifiedAt": "2024-05-02T11:00:00Z"});
        let begun = agent
            .post(format!("{url}/api/upload"))
            .header("x-api-key", key)
            .header("upload-complete", "?0")
            .header("upload-length", self.bytes.len().to_string())
            .header("repr-digest", format!("sha=:{}:", STANDARD.encode(Sha1::digest(&self.bytes))))
            .header("x-immich-asset-data", STANDARD.encode(data.to_string()))
            .send_empty()?;
        let header = |name: &str| begun.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let (Some(place), Some(offset)) = (header("location"), header("upload-offset")) else {
            return Ok(begun.status().as_u16());
        };
        let mut at: usize = offset.parse().unwrap();
        loop {
            let end = (at + self.bytes.len() / 3 + 1).min(self.bytes.len());
            let complete = if end == self.bytes.len() { "?1" } else { "?0" };
            let answer = agent
                .patch(format!("{url}{place}"))
                .header("x-api-key", key)
                .header("upload-offset", at.to_string())
                .header("upload-complete", complete)
                .content_type("application/partial-upload")
                .send(&self.bytes[at..end])?;
            if answer.status().as_u16() != 204 {
                return Ok(answer.status().as_u16());
            }
            at = end;
        }
    }
}

fn all_is_held(url: &str, key: &str, digests: &HashSet<String>) {
    let assets: Vec<Value> = digests.iter().map(|digest| json!({"id": digest, "checksum": digest})).collect();
    let request = ureq::post(format!("{url}/api/assets/bulk-upload-check")).header("x-api-key", key);
    let mut answer = request.send_json(json!({"assets": assets})).unwrap();
    let answer: Value = answer.body_mut().read_json().unwrap();
    for result in answer["results"].as_array().unwrap() {
        assert_eq!(result["action"], "reject", "an acknowledged file is gone: {result}");
    }
}

/// Checks that every original is a whole file that a client sent, that none exists twice, and that every acknowledged
/// file is there.
fn all_is_right(folder: &TempDir, ledger: &Ledger) {
    let held = check(folder.path(), Depth::Data, |_, _| {}, |finding| panic!("{finding:?}")).unwrap();
    let mut found = HashSet::new();
    for entry in std::fs::read_dir(folder.path().join("originals/2024/2024-05-01")).into_iter().flatten() {
        let path = entry.unwrap().path();
        let digest = hex(&std::fs::read(&path).unwrap());
        assert!(ledger.begun.contains(&digest), "{} is not what was sent", path.display());
        assert!(found.insert(digest), "{} is there twice", path.display());
    }
    assert_eq!(found.len(), held);
    assert!(ledger.acknowledged.is_subset(&found));
    assert_eq!(std::fs::read_dir(folder.path().join("incoming")).unwrap().count(), 0);
}

fn hex(bytes: &[u8]) -> String {
    Sha1::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn number(name: &str) -> Option<u64> {
    env::var(name).ok().map(|text| text.parse().unwrap())
}
