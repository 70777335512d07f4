//! `safelight serve`: opens the vault, binds, prints what a person needs to know, and serves until told to stop.

use std::error::Error;
use std::io::{self, IsTerminal, Write};
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::ExitCode;

use crate::auth::CODE_VALID_MINUTES;
use crate::auth::origin::{NotAPublicUrl, PublicUrl};
use crate::page::EmbeddedFiles;
use crate::vault::VaultError;
use crate::{Page, Settings, State, Tls, TlsFiles, Vault};
use bytesize::ByteSize;
use clap::builder::FalseyValueParser;
use clap::{Args, ValueEnum};
use ipnet::{AddrParseError, IpNet};
use jiff::Timestamp;
use tracing_subscriber::EnvFilter;

use super::{Folder, Outcome};

/// Empty counts as unset, because compose files and unit files leave a variable out that way. This is an alias, because
/// clap treats a literal `Option` specially.
type UrlIfAny = Option<PublicUrl>;

#[derive(Args)]
pub(super) struct Serve {
    #[command(flatten)]
    folder: Folder,
    /// Address and port to listen on; port 0 picks a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:4114", env = "SAFELIGHT_LISTEN")]
    listen: String,
    /// The address at which browsers reach this server, if not directly, such as https://photos.example.org
    #[arg(
        long,
        value_name = "URL",
        env = "SAFELIGHT_PUBLIC_URL",
        default_value = "",
        hide_default_value = true,
        value_parser = url_if_any
    )]
    public_url: UrlIfAny,
    /// The largest request that a proxy in front accepts, such as 100MB; larger files are uploaded in pieces
    #[arg(long, value_name = "SIZE", env = "SAFELIGHT_MAX_REQUEST")]
    max_request: Option<ByteSize>,
    /// The certificate chain, as PEM; reloaded when it changes
    #[arg(long, value_name = "FILE", env = "SAFELIGHT_TLS_CERT", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Its private key, as PEM
    #[arg(long, value_name = "FILE", env = "SAFELIGHT_TLS_KEY", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Tell browsers to use only https for this host, on every port, for a year (HSTS)
    #[arg(long, env = "SAFELIGHT_HSTS", value_parser = FalseyValueParser::new())]
    hsts: bool,
    /// A reverse proxy to trust, as an address or a network such as 10.0.0.0/8: its headers about the client's address
    /// and https are believed. Can be given several times
    #[arg(long, value_name = "ADDRESS", env = "SAFELIGHT_TRUSTED_PROXY", value_delimiter = ',', value_parser = network)]
    trusted_proxy: Vec<IpNet>,
    /// Serve /metrics for Prometheus at this address, without sign-in; only Prometheus should be able to reach it
    #[arg(long, value_name = "ADDRESS", env = "SAFELIGHT_METRICS")]
    metrics: Option<String>,
    /// The format of the log
    #[arg(long, value_name = "FORMAT", env = "SAFELIGHT_LOG_FORMAT", default_value = "text")]
    log_format: LogFormat,
    /// Serve the page from a folder instead of the built-in one, for development
    #[arg(long, value_name = "DIR", env = "SAFELIGHT_PAGE")]
    page: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum LogFormat {
    /// For people
    Text,
    /// One JSON object per line, for programs
    Json,
}

/// The reader of dates calls every photo without one an error.
const LOGGED: &str = "info,nom_exif=off";

impl Serve {
    pub(super) fn run(self, page: EmbeddedFiles) -> Outcome {
        let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(LOGGED));
        let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
        match self.log_format {
            LogFormat::Text => log.with_ansi(io::stderr().is_terminal()).init(),
            LogFormat::Json => log.json().flatten_event(true).init(),
        }
        tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(self.serve(page))?;
        Ok(ExitCode::SUCCESS)
    }

    async fn serve(self, page: EmbeddedFiles) -> Result<(), Box<dyn Error>> {
        let vault = Vault::open(&self.folder.data).map_err(|error| unusable(&self.folder, error))?;
        let listener = TcpListener::bind(&self.listen).map_err(|error| taken(&self.listen, &error))?;
        let listening = listener.local_addr()?;
        let page = self.page.map_or_else(|| Page::embedded(page), Page::from_dir);
        let tls = match self.tls_cert.zip(self.tls_key) {
            Some((certificate, key)) => Some(certified(TlsFiles { certificate, key }).await?),
            None => None,
        };
        let own = || own_address(listening, tls.is_some());
        let address = self.public_url.as_ref().map_or_else(own, ToString::to_string);
        let settings = Settings {
            public_url: self.public_url,
            max_request: self.max_request.map(|size| size.as_u64()),
            hsts: self.hsts,
            trusted_proxies: self.trusted_proxy,
            push_reach: crate::push::Reach::Secure,
            push_asked_after: None,
        };
        let state = State::new(vault, page, settings)?;
        state.open_vaults()?;
        state.auth.announce(&address)?;
        let metrics = serve_metrics(self.metrics.as_deref(), &state)?;
        greet(&state, listening)?;
        tokio::select! {
            ended = crate::serve(listener, tls, state, told_to_stop()?) => ended?,
            ended = metrics => ended?,
        }
        Ok(())
    }
}

/// The returned future never completes by itself.
fn serve_metrics(
    listen: Option<&str>,
    state: &State,
) -> Result<impl Future<Output = io::Result<()>> + use<>, Box<dyn Error>> {
    let bind = |listen: &str| TcpListener::bind(listen).map_err(|error| taken(listen, &error));
    let listener = listen.map(bind).transpose()?;
    if let Some(listener) = &listener {
        say(&format!("Metrics are on http://{}/metrics", listener.local_addr()?));
    }
    let state = state.clone();
    Ok(async move {
        match listener {
            Some(listener) => crate::metrics::serve(listener, state).await,
            None => std::future::pending().await,
        }
    })
}

fn url_if_any(text: &str) -> Result<UrlIfAny, NotAPublicUrl> {
    if text.is_empty() { Ok(None) } else { text.parse().map(Some) }
}

fn greet(state: &State, listening: SocketAddr) -> Result<(), Box<dyn Error>> {
    say(&format!("Photos are kept in {}", state.vault.folder().canonicalize()?.display()));
    say(&format!("Listening on {listening}"));
    if state.auth.sessions_of(&state.auth.owner()?)?.is_empty() {
        let code = state.auth.new_code(&state.auth.owner()?, Timestamp::now())?;
        say(&format!("Open {}", state.auth.link(&code)?));
        say(&format!(
            "The code works once, for {CODE_VALID_MINUTES} minutes; `safelight pair` prints a new one."
        ));
    }
    say("Ready. Press Ctrl+C to stop.");
    Ok(())
}

/// Prints a line. The server goes on if nobody reads its output any more.
fn say(line: &str) {
    _ = writeln!(io::stdout(), "{line}");
}

/// The address for a browser on this machine. It uses a name because only `localhost` counts as secure everywhere, and
/// a cookie belongs to one name.
fn own_address(listening: SocketAddr, is_https: bool) -> String {
    let (ip, port) = (listening.ip(), listening.port());
    let scheme = if is_https { "https" } else { "http" };
    if ip.is_loopback() || ip.is_unspecified() {
        format!("{scheme}://localhost:{port}")
    } else {
        format!("{scheme}://{listening}")
    }
}

fn unusable(folder: &Folder, error: VaultError) -> Box<dyn Error> {
    if matches!(error, VaultError::InUse(_) | VaultError::NoOriginals { .. }) {
        return error.into();
    }
    let said = crate::error::causes(&error);
    let data = folder.data.display();
    let advice = if error.is_not_writable() {
        "Make it writable, or choose another folder with --data."
    } else {
        "Fix this, or choose another folder with --data."
    };
    format!("the data folder {data} cannot be used: {said}\n{advice}").into()
}

async fn certified(files: TlsFiles) -> Result<Tls, Box<dyn Error>> {
    let names = format!("{} and {}", files.certificate.display(), files.key.display());
    let advice = "Both must be PEM files that this program can read, and the key must match the certificate.";
    Tls::load(files).await.map_err(|error| format!("cannot use {names}: {error}\n{advice}").into())
}

/// A single address counts as a network of one.
fn network(text: &str) -> Result<IpNet, AddrParseError> {
    text.parse::<IpAddr>().map(IpNet::from).or_else(|_| text.parse())
}

fn taken(listen: &str, error: &io::Error) -> Box<dyn Error> {
    format!(
        "cannot listen on {listen}: {error}\nStop the program that uses it, or choose another address with \
        --listen."
    )
    .into()
}

/// Completes on SIGINT or SIGTERM.
fn told_to_stop() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    #[cfg(unix)]
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    Ok(async move {
        #[cfg(unix)]
        let terminated = terminate.recv();
        #[cfg(not(unix))]
        let terminated = std::future::pending::<Option<()>>();
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => {
                if let Err(error) = interrupted {
                    tracing::error!(%error, "cannot listen for an interrupt");
                }
            }
            _ = terminated => {}
        }
    })
}
