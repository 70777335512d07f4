//! What each context makes a browser fetch, compressed, against its budget.

use std::fs;

use anyhow::{Result, bail};

use crate::page::{self, Page, Quality};

/// A context, what it fetches, and how many KB (of 1,024 bytes) that may be.
const BUDGETS: [(&str, &[&str], u64); 3] = [
    ("page", &["index.html", "style.css", "page.js", "page-bindings.js", "page.wasm"], 250),
    ("backup worker", &["backup-worker.js", "backup-worker-bindings.js", "backup-worker.wasm"], 120),
    ("service worker", &["sw.js", "service-worker-bindings.js", "service-worker.wasm"], 100),
];

pub fn size() -> Result<()> {
    let page = page::build(Quality::Release)?;
    let mut over = Vec::new();
    for (context, roles, budget_kb) in BUDGETS {
        let bytes = roles.iter().map(|role| compressed_size(&page, role)).sum::<Result<u64>>()?;
        println!("{context:<15} {:>7.1} KB of {budget_kb} KB", bytes as f64 / 1024.0);
        for role in roles {
            println!("    {role:<28} {:>7.1} KB", compressed_size(&page, role)? as f64 / 1024.0);
        }
        if bytes > budget_kb * 1024 {
            over.push(context);
        }
    }
    if !over.is_empty() {
        bail!("over budget: {}", over.join(", "));
    }
    Ok(())
}

fn compressed_size(page: &Page, role: &str) -> Result<u64> {
    let Some(path) = page.files.get(role) else { bail!("the page has no {role}") };
    Ok(fs::metadata(page.dir.join(format!("{path}.br")))?.len())
}
