//! JavaScript as short as it can be said: names, spaces, comments. Every wake-up loads and reads it.

use anyhow::{Result, bail};
use oxc::allocator::Allocator;
use oxc::codegen::{Codegen, CodegenOptions};
use oxc::mangler::MangleOptions;
use oxc::minifier::{CompressOptions, Minifier, MinifierOptions};
use oxc::parser::Parser;
use oxc::span::SourceType;

/// A module that does the same.
pub fn lean(js: &str) -> Result<String> {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, js, SourceType::mjs()).parse();
    if let Some(fault) = parsed.diagnostics.first() {
        bail!("this is no JavaScript: {fault}");
    }
    let mut program = parsed.program;
    let mangle = MangleOptions { top_level: Some(true), ..MangleOptions::default() };
    let options = MinifierOptions {
        mangle: Some(mangle),
        compress: Some(CompressOptions::smallest()),
        ..MinifierOptions::default()
    };
    let minified = Minifier::new(options).minify(&allocator, &mut program);
    let written = CodegenOptions::minify();
    Ok(Codegen::new().with_options(written).with_scoping(minified.scoping).build(&program).code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_the_same_in_fewer_words() {
        let js = "// A word.\nimport init, { back_up } from './a.js';\nconst longName = await init();\n\
                  self.addEventListener('sync', (event) => event.waitUntil(back_up(longName)));\n";
        let lean = lean(js).unwrap();
        assert!(lean.len() < js.len() && !lean.contains("longName") && !lean.contains("A word"), "{lean}");
        assert!(lean.contains("back_up") && lean.contains("./a.js") && lean.contains("waitUntil"), "{lean}");
    }

    #[test]
    fn what_is_no_javascript_is_refused() {
        assert!(lean("const = 1;").is_err());
    }
}
