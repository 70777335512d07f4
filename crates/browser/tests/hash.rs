//! The digest of files, in a dedicated worker, where it is made.

#![cfg(target_arch = "wasm32")]

use js_sys::{Array, Uint8Array};
use safelight_browser::hash::digest::digest_of;
use sha1::{Digest as _, Sha1};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::Blob;

wasm_bindgen_test_configure!(run_in_dedicated_worker);

/// FIPS 180-4 and RFC 3174.
#[wasm_bindgen_test]
async fn the_published_vectors_hold() {
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
        assert_eq!(digest_of(&file, |_| {}).await.unwrap().to_string(), digest);
    }
}

/// Sizes around the slices in which a file is read.
#[wasm_bindgen_test]
async fn streamed_equals_whole() {
    const SLICE: usize = 4 << 20;
    for size in [1, SLICE - 1, SLICE, SLICE + 1, 2 * SLICE, 2 * SLICE + 12_345] {
        let bytes: Vec<u8> = (0..size).map(|at| (at * 31 % 251) as u8).collect();
        let streamed = digest_of(&blob(&bytes), |_| {}).await.unwrap();
        assert_eq!(streamed.0.as_slice(), &Sha1::digest(&bytes)[..], "{size} bytes");
    }
}

#[wasm_bindgen_test]
async fn progress_ends_with_the_size() {
    let mut told = Vec::new();
    digest_of(&blob(&vec![7; 9 << 20]), |read| told.push(read)).await.unwrap();
    assert!(told.is_sorted());
    assert_eq!(told.last(), Some(&(9 << 20)));
}

fn blob(bytes: &[u8]) -> Blob {
    let parts: JsValue = Array::of1(&Uint8Array::from(bytes)).into();
    Blob::new_with_u8_array_sequence(&parts).unwrap()
}
