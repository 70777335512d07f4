//! Every step of a file's way to the disk fails once: the disk is full, or broken, or the power is cut. A file that was
//! acknowledged is there afterwards. One that was not leaves nothing that counts, and the same upload then succeeds.

#[path = "support/pieces.rs"]
mod pieces;
mod support;

use std::fmt::Debug;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use fail::FailScenario;
use pieces::{append, create};
use server::Vault;
use server::vault::{Depth, check};
use support::{Answer, Form, Server, files};
use tempfile::TempDir;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

const DISK_FULL: i32 = 28;
const BROKEN: i32 = 5;

type Upload = fn(&Server) -> Answer;

const UPLOADS: [(&str, Upload); 3] =
    [("a form", form), ("a form with a sidecar", form_with_sidecar), ("two pieces", two_pieces)];

#[test]
fn a_step_that_fails_keeps_nothing_and_harms_nothing() {
    let scenario = FailScenario::setup();
    for (name, upload) in UPLOADS {
        let steps = steps_of(upload);
        assert!(steps >= 8, "{name} has only {steps} steps");
        for (number, status) in [(DISK_FULL, 507), (BROKEN, 500)] {
            for step in 0..steps {
                let place = format!("step {step} of {name}, error {number}");
                let server = Server::start();
                fail::cfg("disk", &format!("{step}*off->1*return({number})->off")).unwrap();
                let answer = upload(&server);
                fail::remove("disk");
                if answer.status >= 300 {
                    assert_eq!(answer.status, status, "{place}: {answer:?}");
                    assert_eq!(server.originals(), [""; 0], "{place}");
                    assert_eq!(total(&server), 0, "{place}");
                }
                assert!(server.incoming().is_empty(), "{place}: {:?}", server.incoming());
                whole_in_the_end(&server, upload, &place);
            }
        }
    }
    scenario.teardown();
}

#[test]
fn a_power_cut_at_any_step_loses_nothing_that_was_acknowledged() {
    let scenario = FailScenario::setup();
    for (name, upload) in UPLOADS {
        for step in 0..steps_of(upload) {
            let place = format!("cut at step {step} of {name}");
            let server = Server::start();
            // From this step on, nothing reaches the disk, not even the cleanup.
            fail::cfg("disk", &format!("{step}*off->return({BROKEN})")).unwrap();
            let answer = upload(&server);
            let folder = server.stop();
            fail::remove("disk");
            let acknowledged = usize::from(answer.status < 300);
            let held = held_after_a_start(&folder, &place);
            assert!(held >= acknowledged, "{place}: {answer:?}");
            let server = Server::start_in(folder);
            assert_eq!(total(&server), held, "{place}");
            whole_in_the_end(&server, upload, &place);
        }
    }
    scenario.teardown();
}

#[test]
fn bytes_are_on_the_disk_before_the_answer() {
    let scenario = FailScenario::setup();
    let seen = Steps::watch();
    let server = Server::start();
    // The first use of a key is a write, so it is done before the steps are compared.
    server.get("/api/users/me");
    seen.take();
    assert_eq!(form(&server).status, 201);
    let whole_way = [
        "create part",
        "write part",
        "sync part",
        "create 2024-05-01",
        "sync 2024",
        "sync originals",
        "create IMG.jpg",
        "move into place IMG.jpg",
        "sync 2024-05-01",
        "commit safelight.sqlite",
    ];
    assert_eq!(seen.take(), whole_way);
    scenario.teardown();
}

/// Every disk step in order, recorded from the trace log.
#[derive(Clone, Default)]
struct Steps(Arc<Mutex<Vec<String>>>);

impl Steps {
    fn watch() -> Self {
        let steps = Self::default();
        let layer = steps.clone().with_filter(Targets::new().with_target("disk", Level::TRACE));
        tracing_subscriber::registry().with(layer).init();
        steps
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl<S: Subscriber> Layer<S> for Steps {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut step = Step::default();
        event.record(&mut step);
        self.0.lock().unwrap().push(format!("{} {}", step.what, step.name));
    }
}

#[derive(Default)]
struct Step {
    what: String,
    /// The file's name.
    name: String,
}

impl Visit for Step {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "what" {
            self.what = value.to_owned();
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "path" {
            let path = format!("{value:?}");
            let name = path.rsplit('/').next().unwrap_or_default();
            self.name = if name.ends_with(".part") { "part".to_owned() } else { name.to_owned() };
        }
    }
}

/// Sends the upload again and verifies every byte.
fn whole_in_the_end(server: &Server, upload: Upload, place: &str) {
    let again = upload(server);
    assert!(again.status < 300, "{place}, again: {again:?}");
    assert_eq!(total(server), 1, "{place}");
    let folder = server.folder.path();
    let checked = check(folder, Depth::Data, |_, _| {}, |finding| panic!("{place}: {finding:?}"));
    assert_eq!(checked.unwrap(), 1, "{place}");
    assert!(server.incoming().is_empty(), "{place}");
    assert!(pieces::parts(server).is_empty(), "{place}");
}

fn held_after_a_start(folder: &TempDir, place: &str) -> usize {
    drop(Vault::open(folder.path()).unwrap());
    let held =
        check(folder.path(), Depth::Data, |_, _| {}, |finding| panic!("{place}: {finding:?}")).unwrap();
    assert!(files(&folder.path().join("incoming")).is_empty(), "{place}");
    held
}

fn total(server: &Server) -> usize {
    let total = server.get("/api/assets/statistics").json()["total"].as_u64();
    total.and_then(|total| total.try_into().ok()).unwrap()
}

/// How many disk steps a successful upload takes.
fn steps_of(upload: Upload) -> usize {
    let server = Server::start();
    let steps = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&steps);
    fail::cfg_callback("disk", move || _ = count.fetch_add(1, Ordering::Relaxed)).unwrap();
    assert!(upload(&server).status < 300);
    fail::remove("disk");
    steps.load(Ordering::Relaxed)
}

fn form(server: &Server) -> Answer {
    server.upload(&Form::photo("IMG.jpg", b"some bytes"))
}

fn form_with_sidecar(server: &Server) -> Answer {
    server.upload(&Form::photo("IMG.jpg", b"some bytes").file("sidecarData", "IMG.jpg.xmp", b"<xmp/>"))
}

/// Uploads as a browser does: the upload is created empty, so that the server can report what it already has.
fn two_pieces(server: &Server) -> Answer {
    let whole = b"some bytes";
    let begun = create(server, whole, "?0", &[], &[("upload-length", "10")]);
    if begun.status != 201 {
        return begun;
    }
    let place = begun.header("location").to_owned();
    let mut at: usize = begun.header("upload-offset").parse().unwrap();
    if at < 4 {
        let piece = append(server, &place, at, "?0", &whole[at..4]);
        if piece.status != 204 {
            return piece;
        }
        at = 4;
    }
    append(server, &place, at, "?1", &whole[at..])
}
