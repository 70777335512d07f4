//! The digest of files, in a dedicated worker, as in the app.

#![cfg(target_arch = "wasm32")]

use js_sys::{Array, Function, Reflect, Uint8Array};
use safelight_browser::hash::digest::{Progress, digest_by_browser, digest_of};
use sha1::{Digest as _, Sha1};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::Blob;

wasm_bindgen_test_configure!(run_in_dedicated_worker);

/// FIPS 180-4 and RFC 3174.
#[wasm_bindgen_test]
async fn the_published_test_vectors_match() {
    let table = [
        ("", 1, "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
        ("abc", 1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            1,
            "84983e441c3bd26ebaae4aa1f95129e5e54670f1",
        ),
        ("a", 1_000_000, "34aa973cd4c4daa4f61eeb2bdbad27316534016f"),
        (
            "0123456701234567012345670123456701234567012345670123456701234567",
            10,
            "dea356a2cddd90c7a7ecedc5ebb563934f460452",
        ),
    ];
    for (text, times, digest) in table {
        let file = blob(text.repeat(times).as_bytes());
        assert_eq!(digest_of(&file, None, |_| {}).await.unwrap().to_string(), digest);
    }
}

/// Sizes around that up to which a file is read at once, and around those of the buffers into which it is streamed. The
/// buffers are used again from file to file.
#[wasm_bindgen_test]
async fn the_digest_of_any_size_equals_that_of_its_bytes() {
    const BUFFER: usize = 1 << 20;
    for size in [1, BUFFER, BUFFER + 1, 2 * BUFFER - 1, 2 * BUFFER, 2 * BUFFER + 12_345, BUFFER + 2] {
        let bytes: Vec<u8> = (0..size).map(|at| (at * 31 % 251) as u8).collect();
        let streamed = digest_of(&blob(&bytes), None, |_| {}).await.unwrap();
        assert_eq!(streamed.0.as_slice(), &Sha1::digest(&bytes)[..], "{size} bytes");
    }
}

#[wasm_bindgen_test]
async fn the_browser_gives_the_same_digest() {
    for size in [0, 1, 55, 56, 63, 64, 65, 119, 120, 128, (64 << 10) - 1, 64 << 10, (1 << 20) + 1, 8 << 20] {
        let bytes: Vec<u8> = (0..size).map(|at| (at * 31 % 251) as u8).collect();
        let digest = digest_by_browser(&blob(&bytes)).await.unwrap();
        assert_eq!(
            digest.map(|digest| digest.0.to_vec()),
            Some(Sha1::digest(&bytes).to_vec()),
            "{size} bytes"
        );
    }
}

#[wasm_bindgen_test]
async fn a_read_that_gives_too_little_gives_no_digest() {
    const HALF: &str = "return Promise.resolve(new ArrayBuffer(5));";
    let file = blob(&[7; 10]);
    Reflect::set(&file, &"arrayBuffer".into(), &Function::new_no_args(HALF)).unwrap();
    assert!(digest_of(&file, None, |_| {}).await.is_err());
    assert!(digest_by_browser(&file).await.is_err());
}

#[wasm_bindgen_test]
async fn progress_ends_with_the_size() {
    let mut told = Vec::new();
    digest_of(&blob(&vec![7; 9 << 20]), None, |progress| told.push(progress.read)).await.unwrap();
    assert!(told.is_sorted());
    assert_eq!(told.last(), Some(&(9 << 20)));
}

/// An interrupted hash resumes from any of its saved states and gives the same digest.
#[wasm_bindgen_test]
async fn a_digest_resumes_where_it_was_interrupted() {
    let bytes: Vec<u8> = (0..12_000_001_u32).map(|at| (at * 31 % 251) as u8).collect();
    let file = blob(&bytes);
    let mut states = Vec::new();
    let whole =
        digest_of(&file, None, |progress| states.push((progress.read, progress.state()))).await.unwrap();
    assert!(states.len() > 3);
    for (read, state) in states {
        let mut first = None;
        let watch = |progress: Progress| _ = first.get_or_insert(progress.read);
        assert_eq!(digest_of(&file, Some((read, &state)), watch).await.unwrap(), whole);
        assert!(first.is_none_or(|first| first > read), "it reads on and not again");
    }
    let nonsense = digest_of(&file, Some((77, b"nonsense")), |_| {}).await.unwrap();
    assert_eq!(nonsense, whole, "a state that makes no sense is a reading from the beginning");
}

#[wasm_bindgen_test]
async fn a_browser_whose_files_are_not_byte_streams_works_too() {
    const PLAIN_STREAM: &str = "const bytes = new Uint8Array(9_000_000).fill(97);
        return new ReadableStream({ start(to) { to.enqueue(bytes); to.enqueue(bytes.slice(0, 5)); to.close(); } });";
    let file = blob(&vec![0; 9_000_005]);
    Reflect::set(&file, &"stream".into(), &Function::new_no_args(PLAIN_STREAM)).unwrap();
    let digest = digest_of(&file, None, |_| {}).await.unwrap();
    assert_eq!(digest.0.as_slice(), &Sha1::digest("a".repeat(9_000_005))[..]);
}

#[wasm_bindgen_test]
async fn a_stream_that_ends_before_its_file_gives_no_digest() {
    const NOTHING: &str = "return new ReadableStream({ start(to) { to.close(); } });";
    let file = blob(&vec![7; 9 << 20]);
    Reflect::set(&file, &"stream".into(), &Function::new_no_args(NOTHING)).unwrap();
    assert!(digest_of(&file, None, |_| {}).await.is_err());
}

fn blob(bytes: &[u8]) -> Blob {
    let parts: JsValue = Array::of1(&Uint8Array::from(bytes)).into();
    Blob::new_with_u8_array_sequence(&parts).unwrap()
}
