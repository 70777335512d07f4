//! How much each browser context downloads, compressed with brotli, compared with its limit.

use anyhow::{Result, bail};

use crate::page::{self, Quality};

/// A context, the files that it downloads, and its limit in KB (of 1,024 bytes). The limits leave room, because code
/// is not made worse to save bytes.
const LIMITS_KB: [(&str, &[&str], usize); 3] = [
    (
        "page",
        &[
            "index.html",
            "style.css",
            "theme.js",
            "page.js",
            "page-bindings.js",
            "page-chunks.js",
            "page.wasm",
        ],
        300,
    ),
    ("backup worker", &["backup-worker.js", "backup-worker-bindings.js", "backup-worker.wasm"], 230),
    ("service worker", &["sw.js", "service-worker-bindings.js", "service-worker.wasm"], 200),
];

/// A screen that is loaded on demand.
const CHUNK_LIMIT_KB: usize = 120;

pub fn size() -> Result<()> {
    let page = page::build(Quality::Release)?.page;
    let mut over = Vec::new();
    for (context, roles, limit_kb) in LIMITS_KB {
        let bytes = roles.iter().map(|role| page.compressed_size(role)).sum::<Result<usize>>()?;
        println!("{context:<15} {:>7.1} KB of {limit_kb} KB", bytes as f64 / 1024.0);
        for role in roles {
            println!("    {role:<28} {:>7.1} KB", page.compressed_size(role)? as f64 / 1024.0);
        }
        if bytes > limit_kb * 1024 {
            over.push(context);
        }
    }
    for role in page.chunks() {
        let bytes = page.compressed_size(role)?;
        println!("{role:<32} {:>7.1} KB of {CHUNK_LIMIT_KB} KB", bytes as f64 / 1024.0);
        if bytes > CHUNK_LIMIT_KB * 1024 {
            over.push(role);
        }
    }
    if !over.is_empty() {
        bail!("over the size limit: {}", over.join(", "));
    }
    Ok(())
}
