//! The measured part of `cargo xtask bench ingest`: sends files to a server over several connections. For comparison,
//! it writes, hashes and syncs the same bytes in a bare loop. Prints the seconds that it took.
//!
//! `weigh bare DIR FILES BYTES WORKERS`, `weigh send ADDRESS KEY FILES BYTES CONNECTIONS`

use std::env;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use sha1::{Digest, Sha1};

const CHUNK_BYTES: usize = 128 * 1024;

fn main() {
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let number = |text: &str| text.parse::<usize>().expect("a number");
    let began = Instant::now();
    match words[..] {
        ["bare", folder, files, bytes, workers] => {
            let folder = Path::new(folder);
            each(number(files), number(workers), || (), |(), file| keep(folder, file, number(bytes)));
        }
        ["send", address, key, files, bytes, connections] => {
            let open = || Client::connect(address, key);
            each(number(files), number(connections), open, |client, file| client.send(file, number(bytes)));
        }
        _ => panic!("weigh bare DIR FILES BYTES WORKERS | weigh send ADDRESS KEY FILES BYTES CONNECTIONS"),
    }
    println!("{}", began.elapsed().as_secs_f64());
}

/// Calls `take` once for each file, with several workers at a time.
fn each<T>(files: usize, workers: usize, begin: impl Fn() -> T + Sync, take: impl Fn(&mut T, usize) + Sync) {
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                let mut tool = begin();
                loop {
                    let file = next.fetch_add(1, Ordering::Relaxed);
                    if file >= files {
                        return;
                    }
                    take(&mut tool, file);
                }
            });
        }
    });
}

/// The bytes of a file in chunks; no two files are equal.
fn chunks(file: usize, bytes: usize) -> impl Iterator<Item = Vec<u8>> {
    let first = file.to_le_bytes();
    (0..bytes.div_ceil(CHUNK_BYTES)).map(move |number| {
        let mut chunk = vec![number as u8; CHUNK_BYTES.min(bytes - number * CHUNK_BYTES)];
        if number == 0 {
            let named = first.len().min(chunk.len());
            chunk[..named].copy_from_slice(&first[..named]);
        }
        chunk
    })
}

fn keep(folder: &Path, file: usize, bytes: usize) {
    let (part, place) = (folder.join(format!("{file}.part")), folder.join(format!("{file}.jpg")));
    let mut open = File::create_new(&part).unwrap();
    let mut hash = Sha1::new();
    for chunk in chunks(file, bytes) {
        open.write_all(&chunk).unwrap();
        hash.update(&chunk);
    }
    std::hint::black_box(hash.finalize());
    open.sync_all().unwrap();
    fs::rename(part, place).unwrap();
    File::open(folder).unwrap().sync_all().unwrap();
}

struct Client<'a> {
    stream: BufReader<TcpStream>,
    address: &'a str,
    key: &'a str,
}

impl<'a> Client<'a> {
    fn connect(address: &'a str, key: &'a str) -> Self {
        Self { stream: BufReader::new(TcpStream::connect(address).unwrap()), address, key }
    }

    fn send(&mut self, file: usize, bytes: usize) {
        let field = |name: &str, value: &str| {
            format!("--B\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let date = "2024-05-01T10:00:00Z";
        let begin = format!(
            "{}{}--B\r\nContent-Disposition: form-data; name=\"assetData\"; filename=\"{file}.jpg\"\r\n\r\n",
            field("fileCreatedAt", date),
            field("fileModifiedAt", date)
        );
        let end = "\r\n--B--\r\n";
        let (address, key, length) = (self.address, self.key, begin.len() + bytes + end.len());
        let stream = self.stream.get_mut();
        write!(
            stream,
            "POST /api/assets HTTP/1.1\r\nHost: {address}\r\nx-api-key: {key}\r\n\
             Content-Type: multipart/form-data; boundary=B\r\nContent-Length: {length}\r\n\r\n{begin}"
        )
        .unwrap();
        for chunk in chunks(file, bytes) {
            stream.write_all(&chunk).unwrap();
        }
        stream.write_all(end.as_bytes()).unwrap();
        assert_eq!(self.status(), 201);
    }

    /// The status of the response, after reading all of it.
    fn status(&mut self) -> u16 {
        let (mut status, mut length) = (0, 0);
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line).unwrap();
            let line = line.trim_end().to_ascii_lowercase();
            if let Some(rest) = line.strip_prefix("http/1.1 ") {
                status = rest[..3].parse().unwrap();
            } else if let Some(rest) = line.strip_prefix("content-length: ") {
                length = rest.parse().unwrap();
            } else if line.is_empty() {
                self.stream.read_exact(&mut vec![0; length]).unwrap();
                return status;
            }
        }
    }
}
