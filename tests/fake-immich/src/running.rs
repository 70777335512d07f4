//! A fake that runs beside a test, on its own port, until it is dropped.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::thread::{self, JoinHandle};

use tokio::runtime::Builder;
use tokio::sync::oneshot;

use crate::library::Immich;

pub struct Running {
    pub immich: Immich,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl Running {
    pub fn start(immich: Immich) -> io::Result<Running> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel();
        let served = immich.clone();
        let thread = thread::spawn(move || serve(listener, served, stopped));
        Ok(Running { immich, address, stop: Some(stop), thread: Some(thread) })
    }

    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            // A panic there has already been printed.
            _ = thread.join();
        }
    }
}

/// Serves until `stopped` receives a message or its sender is dropped.
fn serve(listener: TcpListener, immich: Immich, stopped: oneshot::Receiver<()>) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let ended = runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        tokio::select! {
            ended = axum::serve(listener, crate::app(immich)) => ended,
            _ = stopped => Ok(()),
        }
    });
    // Does not wait for connections that clients keep open.
    runtime.shutdown_background();
    ended
}
