//! `fake-immich 2` or `fake-immich 3`: listens on a free loopback port, and prints its address and a key.

use std::env::args;
use std::process::ExitCode;

use fake_immich::{Dialect, Immich, app};

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), String> {
    let major = args().nth(1).ok_or("usage: fake-immich 2|3")?;
    let immich = Immich::new(major.parse::<Dialect>()?);
    let key = immich.add_user("a@example.org", None, &["all"]);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.map_err(|error| error.to_string())?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    println!("Key {key}");
    println!("Ready http://{address}");
    axum::serve(listener, app(immich)).await.map_err(|error| error.to_string())
}
