//! Puts the built page into the binary: every file of the folder that `SAFELIGHT_PAGE_DIR` names, or none.
//!
//! `SAFELIGHT_PAGE_VERSION` is a hash of the folder's contents: when it changes, cargo embeds the folder again, whatever
//! the files' times say.

use std::env;
use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::path::Path;

const PAGE_DIR: &str = "SAFELIGHT_PAGE_DIR";
const PAGE_VERSION: &str = "SAFELIGHT_PAGE_VERSION";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed={PAGE_DIR}");
    println!("cargo::rerun-if-env-changed={PAGE_VERSION}");
    let mut files = String::new();
    if let Some(folder) = env::var_os(PAGE_DIR).filter(|folder| !folder.is_empty()) {
        let folder = fs::canonicalize(folder)?;
        println!("cargo::rerun-if-changed={}", folder.display());
        embed(&folder, "", &mut files)?;
    }
    let code = format!("static EMBEDDED: &[(&str, &[u8])] = &[{files}];\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("embedded_page.rs"), code)?;
    Ok(())
}

fn embed(folder: &Path, prefix: &str, files: &mut String) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name =
            format!("{prefix}{}", entry.file_name().to_str().ok_or("a file of the page has no UTF-8 name")?);
        if entry.file_type()?.is_dir() {
            embed(&entry.path(), &format!("{name}/"), files)?;
        } else {
            let path = entry.path();
            writeln!(files, "({name:?}, include_bytes!({:?}) as &[u8]),", path.display().to_string())?;
        }
    }
    Ok(())
}
