//! A fuzzer reads the API's description and sends valid and invalid requests to the real server.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};

use crate::shell::{apt_install, has, run, say};
use crate::{root, serve, target};

/// The number of examples per operation, unless `SCHEMA_EXAMPLES` is set.
const EXAMPLES: &str = "50";

/// Fixed, so that a failed run can be repeated. `SCHEMA_SEED` gives other requests.
const SEED: &str = "1";

/// Tested last: a device that sets its rate to one byte per second gets no answers in time.
const RATE: &str = "/safelight/v1/rate";

pub fn test() -> Result<()> {
    let fuzzer = install()?;
    let program = serve::build()?;
    let data = target().join("schema-data");
    if data.exists() {
        fs::remove_dir_all(&data)?;
    }
    let server = Server::start(Command::new(&program).arg("serve").arg("--data").arg(&data))?;
    let or = |name: &str, usual: &str| std::env::var(name).unwrap_or_else(|_| usual.to_owned());
    let (examples, seed) = (or("SCHEMA_EXAMPLES", EXAMPLES), or("SCHEMA_SEED", SEED));
    let key = Command::new(&program).args(["key", "new", "schema", "--data"]).arg(&data).output()?.stdout;
    let key = String::from_utf8(key)?;
    let address = format!("{}/safelight/v1/openapi.json", server.address);
    let fuzz = |which: &str| {
        let mut fuzz = Command::new(&fuzzer);
        fuzz.current_dir(root().join("tests/schema")).env("SCHEMATHESIS_HOOKS", "hooks");
        fuzz.args(["--config-file", "schemathesis.toml", "run", "--no-color", "--workers", "2"]);
        fuzz.args([
            "--max-examples",
            &examples,
            "--seed",
            &seed,
            "--header",
            &format!("x-api-key: {}", key.trim()),
        ]);
        run(fuzz.args([which, RATE]).arg(&address))
    };
    fuzz("--exclude-path")?;
    fuzz("--include-path")?;
    drop(server);
    say("checking what the fuzzer left in the vault");
    run(Command::new(program).args(["check", "--read-data", "--data"]).arg(&data))?;
    Ok(fs::remove_dir_all(data)?)
}

/// Installs into its own environment below `target`, and reinstalls when the version changes.
fn install() -> Result<PathBuf> {
    let requirements = root().join("tests/schema/requirements.txt");
    let environment = target().join("schemathesis");
    let (installed, wanted) = (environment.join("installed.txt"), fs::read_to_string(&requirements)?);
    let fuzzer = environment.join("bin/schemathesis");
    if fs::read_to_string(&installed).is_ok_and(|installed| installed == wanted) {
        return Ok(fuzzer);
    }
    if !has("python3") || !has_ensurepip() {
        apt_install(&["python3", "python3-venv"]).context("the schema tests need Python 3 with venv")?;
    }
    say("installing schemathesis");
    run(Command::new("python3").args(["-m", "venv"]).arg(&environment))?;
    run(Command::new(environment.join("bin/pip"))
        .args(["install", "--quiet", "--requirement"])
        .arg(requirements))?;
    fs::write(installed, wanted)?;
    Ok(fuzzer)
}

/// Debian packages it separately from Python.
fn has_ensurepip() -> bool {
    let quiet = Command::new("python3").args(["-c", "import ensurepip"]).stderr(Stdio::null()).status();
    quiet.is_ok_and(|status| status.success())
}

/// The server is stopped when this is dropped.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(command: &mut Command) -> Result<Self> {
        command.args(["--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn()?;
        let lines = BufReader::new(process.stdout.take().context("no output")?).lines();
        let mut listening = None;
        for line in lines {
            let line = line?;
            listening = listening.or_else(|| line.strip_prefix("Listening on ").map(str::to_owned));
            if line.starts_with("Ready") {
                break;
            }
        }
        let address = format!("http://{}", listening.context("the server did not start")?);
        Ok(Self { process, address })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The process may already have ended.
        _ = self.process.kill().and_then(|()| self.process.wait());
    }
}
