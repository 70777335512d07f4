//! A file is rebuilt when its sources have changed, and only then.

use std::time::SystemTime;

use tempfile::TempDir;

use super::*;

#[test]
fn a_changed_program_changes_every_name_that_leads_to_it() {
    let tree = tree();
    let (old, new) = (page(&tree, "old"), page(&tree, "new"));
    for role in ["page.wasm", "page.js"] {
        assert_ne!(old.roles[role], new.roles[role]);
        assert!(!new.files.contains_key(&old.roles[role]));
    }
    assert_eq!(old.roles["style.css"], new.roles["style.css"], "what did not change keeps its name");
    assert!(text(&new, "index.html").contains(&new.roles["page.js"]));
    assert!(text(&new, "sw.js").contains(&new.roles["page.wasm"]));
    assert_ne!(text(&old, "sw.js"), text(&new, "sw.js"));
    assert_ne!(old.version(), new.version());
}

#[test]
fn the_same_sources_make_the_same_page() {
    let tree = tree();
    assert_eq!(page(&tree, "same").version(), page(&tree, "same").version());
}

#[test]
fn a_change_of_a_public_file_changes_the_version_of_the_service_worker() {
    let tree = tree();
    let old = page(&tree, "same");
    fs::write(tree.path().join("public/icon.svg"), "<svg id='new'/>").unwrap();
    let new = page(&tree, "same");
    assert_ne!(text(&old, "sw.js"), text(&new, "sw.js"));
    assert_ne!(old.version(), new.version());
}

#[test]
fn the_service_worker_keeps_everything_but_screenshots() {
    let tree = tree();
    let page = page(&tree, "same");
    let worker = text(&page, "sw.js");
    for path in page.roles.values().filter(|path| *path != "sw.js") {
        assert_eq!(worker.contains(&format!("\"/{path}\"")), !path.starts_with("screenshots/"), "{path}");
    }
}

#[test]
fn every_text_is_compressed_and_nothing_else() {
    let tree = tree();
    let kept = Kept::open(tree.path().join("kept")).unwrap();
    let mut page = page(&tree, "same");
    let plain = page.files.clone();
    page.compress(&kept).unwrap();
    let first = page.files.clone();
    page.files.clone_from(&plain);
    page.compress(&kept).unwrap();
    assert_eq!(first, page.files, "the kept results are what was made");
    for (path, bytes) in &plain {
        let compressed = page.files.get(&format!("{path}.br"));
        assert_eq!(compressed.is_some(), !path.ends_with(".png"), "{path}");
        if let Some(compressed) = compressed {
            let mut back = Vec::new();
            brotli::BrotliDecompress(&mut compressed.as_slice(), &mut back).unwrap();
            assert_eq!(&back, bytes, "{path}");
        }
    }
}

#[test]
fn the_folder_holds_this_page_and_nothing_older() {
    let tree = tree();
    let dir = tree.path().join("page");
    page(&tree, "old").write(&dir).unwrap();
    let new = page(&tree, "new");
    new.write(&dir).unwrap();
    assert_eq!(on_disk(&dir, ""), new.files);
}

#[test]
fn a_file_that_was_changed_in_the_folder_is_restored() {
    let tree = tree();
    let dir = tree.path().join("page");
    let page = page(&tree, "same");
    page.write(&dir).unwrap();
    fs::write(dir.join("index.html"), "stale").unwrap();
    fs::remove_file(dir.join("sw.js")).unwrap();
    page.write(&dir).unwrap();
    assert_eq!(on_disk(&dir, ""), page.files);
}

#[test]
fn an_unchanged_file_is_not_written_again() {
    let tree = tree();
    let dir = tree.path().join("page");
    page(&tree, "old").write(&dir).unwrap();
    let long_ago = SystemTime::UNIX_EPOCH;
    for path in ["icon.svg", "sw.js"] {
        fs::File::options().append(true).open(dir.join(path)).unwrap().set_modified(long_ago).unwrap();
    }
    page(&tree, "new").write(&dir).unwrap();
    let modified = |path: &str| dir.join(path).metadata().unwrap().modified().unwrap();
    assert_eq!(modified("icon.svg"), long_ago);
    assert_ne!(modified("sw.js"), long_ago);
}

#[test]
fn a_changed_chunk_changes_the_names_of_the_scripts_that_lead_to_it() {
    let (old, new) = (split_page("old"), split_page("new"));
    for role in ["split_a.wasm", "page-chunks.js", "page-bindings.js"] {
        assert_ne!(old.roles[role], new.roles[role], "{role}");
    }
    assert!(text(&new, "page-chunks.js").contains(&format!("fetch(\"/{}\")", new.roles["split_a.wasm"])));
}

#[test]
fn scripts_import_each_other_by_the_names_that_they_have() {
    let page = split_page("same");
    let name = |role: &str| page.roles[role].trim_start_matches("assets/").to_owned();
    let bindings = text(&page, "page-bindings.js");
    assert!(bindings.contains(&format!("from \"./{}\"", name("page-chunks.js"))), "{bindings}");
    assert!(bindings.contains("\"./page-chunks.js\": import1"), "wasm asks for it by its plain name");
    assert!(text(&page, "page-chunks.js").contains(&format!("from './{}'", name("page-bindings.js"))));
}

fn split_page(chunk: &str) -> Page {
    let loader = "import { initSync } from './page-bindings.js'; fetch(\"./split_a.wasm\")";
    let bindings = "import * as import1 from \"./page-chunks.js\"; ({ \"./page-chunks.js\": import1 })";
    let files = [
        ("page.wasm", "program"),
        ("split_a.wasm", chunk),
        ("page-chunks.js", loader),
        ("page-bindings.js", bindings),
    ];
    let mut page = Page::default();
    page.add_program(files.map(|(role, text)| (role.to_owned(), text.as_bytes().to_vec())).into()).unwrap();
    page
}

/// The sources of a small page.
fn tree() -> TempDir {
    let tree = tempfile::tempdir().unwrap();
    let files = [
        ("www/page.js", "import \"{{page-bindings.js}}\"; start(\"{{page.wasm}}\");"),
        ("www/theme.js", "apply();"),
        ("www/backup-worker.js", "start(\"{{backup-worker.wasm}}\");"),
        ("www/sw.js", "const VERSION = \"{{version}}\"; const FILES = {{files}};"),
        ("www/index.html", "<link href=\"{{style.css}}\"><script src=\"{{page.js}}\"></script>"),
        ("www/style/a.css", "a { color: red }"),
        ("public/icon.svg", "<svg/>"),
        ("public/screenshots/wide.png", "png"),
    ];
    for (path, text) in files {
        let path = tree.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    tree
}

fn page(tree: &TempDir, program: &str) -> Page {
    let mut page = Page::default();
    for (name, wasm) in [("page", program), ("backup-worker", "worker"), ("service-worker", "worker")] {
        let wasm = (format!("{name}.wasm"), wasm.as_bytes().to_vec());
        page.add_program(Files::from([wasm, (format!("{name}-bindings.js"), b"bindings".to_vec())])).unwrap();
    }
    page.add_hand_written(tree.path()).unwrap();
    page
}

fn text(page: &Page, role: &str) -> String {
    String::from_utf8(page.files[&page.roles[role]].clone()).unwrap()
}

fn on_disk(dir: &Path, prefix: &str) -> Files {
    let mut files = Files::new();
    for entry in sorted_entries(dir).unwrap() {
        let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            files.extend(on_disk(&entry.path(), &format!("{name}/")));
        } else {
            files.insert(name, fs::read(entry.path()).unwrap());
        }
    }
    files
}
