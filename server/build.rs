//! Puts the built page into the binary: every file of the folder that `SAFELIGHT_PAGE_DIR` names, or none.

use std::env;
use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::path::Path;

const PAGE_DIR: &str = "SAFELIGHT_PAGE_DIR";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed={PAGE_DIR}");
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
