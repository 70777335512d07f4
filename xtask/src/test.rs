//! All tests, in layers, and the programs that they need.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

use crate::shell::{apt_install, cargo, ensure_wasm_target, has, run, say};
use crate::{bench, root, schema, serve, simulate, size, target, tidy};

/// One kind of test, cheapest first.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Layer {
    /// Formatting, and the tidy rules of the tree
    Tidy,
    /// Clippy, native and wasm, with warnings as errors
    Clippy,
    /// All native tests: protocol, engine, server, both together, and the build
    Native,
    /// A hundred thousand random lives of the engine
    Simulation,
    /// wasm-bindgen tests in headless Chromium: window, worker
    Wasm,
    /// How much a browser downloads, against its limits
    Size,
    /// Journeys through the real app in real Chromium, and one in real Firefox
    Journeys,
    /// Third-party clients against the server: the official @immich/cli, and tus-js-client
    Clients,
    /// A fuzzer that reads the API description, against the real server
    Schema,
    /// Every bench once, with small sizes: it must run, whatever it measures
    Benches,
}

pub fn test(layers: &[Layer], only: Option<&str>) -> Result<()> {
    let all = Layer::value_variants();
    for layer in all.iter().filter(|layer| layers.is_empty() || layers.contains(layer)) {
        say(&format!("{layer:?}").to_lowercase());
        match layer {
            Layer::Tidy => tidy::check()?,
            Layer::Clippy => clippy()?,
            Layer::Native => native(only)?,
            Layer::Simulation => simulate::simulate(&simulate::Options::default())?,
            Layer::Wasm => wasm(only)?,
            Layer::Size => size::size()?,
            Layer::Journeys => journeys(only)?,
            Layer::Clients => clients()?,
            Layer::Schema => schema::test()?,
            Layer::Benches => bench::run_small()?,
        }
    }
    Ok(())
}

pub fn screenshots() -> Result<()> {
    run(prepare_journeys()?.arg("screenshots.mjs"))
}

fn clippy() -> Result<()> {
    ensure_wasm_target()?;
    const STRICT: [&str; 3] = ["--", "--deny", "warnings"];
    run(cargo(&["clippy", "--all-targets"]).args(STRICT))?;
    run(cargo(&["clippy", "--all-targets", "--package", "xtask"]).args(STRICT))?;
    let wasm = |packages: &[&str]| {
        let mut clippy = cargo(&["clippy", "--target", "wasm32-unknown-unknown"]);
        run(clippy.args(packages).args(STRICT))
    };
    // The page's words are tested natively.
    wasm(&["--package", "safelight-page", "--package", "safelight-workers"])?;
    wasm(&["--package", "safelight-kit", "--all-targets"])?;
    wasm(&["--package", "safelight-browser", "--all-targets"])
}

/// xtask is tested separately. Together, both would be built with each other's features.
fn native(only: Option<&str>) -> Result<()> {
    run(cargo(&["test"]).args(only))?;
    run(cargo(&["test", "--package", "xtask", "--bins"]).args(only))
}

fn wasm(only: Option<&str>) -> Result<()> {
    ensure_wasm_target()?;
    ensure_chromium()?;
    run(&mut cargo(&["build", "--package", "xtask", "--example", "wasm-test-runner"]))?;
    let runner = target().join("debug/examples/wasm-test-runner");
    let chromedriver = find("CHROMEDRIVER", "chromedriver")?;
    let tested = |what: &[&str]| {
        let mut test = cargo(&["test", "--target", "wasm32-unknown-unknown"]);
        test.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", &runner).env("CHROMEDRIVER", &chromedriver);
        run(test.args(what).args(only))
    };
    tested(&["--package", "safelight-browser"])?;
    tested(&["--package", "safelight-kit"])
}

/// Journeys wait more than they compute: one at a time, they keep two cores half idle.
const JOURNEYS_AT_ONCE: &str = "--test-concurrency=2";

fn journeys(only: Option<&str>) -> Result<()> {
    ensure_firefox()?;
    let mut test = prepare_journeys()?;
    test.env("FIREFOX", firefox()?);
    test.args(["--test", JOURNEYS_AT_ONCE, "--test-reporter=spec"]);
    if let Some(only) = only {
        test.arg(format!("--test-name-pattern={only}"));
    }
    run(test.args(journey_files()?))
}

/// Lists the files by name, because Node 20 does not expand patterns and no shell is involved.
fn journey_files() -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(root().join("tests/browser/journeys"))?;
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    files.sort();
    Ok(files)
}

fn clients() -> Result<()> {
    let program = serve::build()?;
    let folder = root().join("tests/clients");
    install_npm_packages(&folder)?;
    run(node(&folder)
        .args(["--test", "--test-reporter=spec", "cli.test.mjs", "tus.test.mjs"])
        .env("SAFELIGHT", program))
}

/// Builds the product, and installs everything that drives it.
pub fn prepare_journeys() -> Result<Command> {
    ensure_chromium()?;
    ensure_ip()?;
    let program = serve::build()?;
    let folder = root().join("tests/browser");
    install_npm_packages(&folder)?;
    let mut node = node(&folder);
    node.env("SAFELIGHT", program).env("CHROMIUM", find("CHROMIUM", "chromium")?);
    Ok(node)
}

fn node(folder: &Path) -> Command {
    let mut node = Command::new("node");
    node.current_dir(folder);
    node
}

/// Installs the packages of the lock file, unless they are installed already.
pub fn install_npm_packages(folder: &Path) -> Result<()> {
    let installed = modified(&folder.join("node_modules/.package-lock.json"));
    if installed.is_some() && installed >= modified(&folder.join("package-lock.json")) {
        return Ok(());
    }
    say(&format!("installing npm packages of {}", folder.display()));
    run(Command::new("npm").arg("ci").current_dir(folder)).context("the browser journeys need Node and npm")
}

fn modified(path: &Path) -> Option<std::time::SystemTime> {
    path.metadata().and_then(|file| file.modified()).ok()
}

/// Installs Chromium and its driver from Debian's packages if they are missing.
fn ensure_chromium() -> Result<()> {
    if find("CHROMIUM", "chromium").is_ok() && find("CHROMEDRIVER", "chromedriver").is_ok() {
        return Ok(());
    }
    if !has("apt-get") {
        bail!(
            "the tests need Chromium and ChromeDriver: install them, or name them in CHROMIUM and CHROMEDRIVER"
        );
    }
    apt_install(&["chromium", "chromium-driver"])
        .context("Chromium could not be installed: run this as root once, or install it by hand")
}

/// Installs Firefox from Debian's packages if it is missing.
fn ensure_firefox() -> Result<()> {
    if firefox().is_ok() {
        return Ok(());
    }
    apt_install(&["firefox-esr"])
        .context("Firefox could not be installed: run this as root once, or name it in FIREFOX")
}

fn firefox() -> Result<PathBuf> {
    find("FIREFOX", "firefox-esr").or_else(|_| find("FIREFOX", "firefox"))
}

/// Installs `ip`, because one journey takes down the network in its own namespace.
fn ensure_ip() -> Result<()> {
    if find("IP", "ip").is_ok() {
        return Ok(());
    }
    apt_install(&["iproute2"])
        .context("`ip` could not be installed: run this as root once, or install iproute2 by hand")
}

/// A program named by an environment variable, or by its usual name in PATH.
fn find(variable: &str, name: &str) -> Result<PathBuf> {
    if let Some(path) = env::var_os(variable) {
        return Ok(path.into());
    }
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|program| program.exists())
        .with_context(|| format!("{name} is not on the path; name it in {variable}"))
}
