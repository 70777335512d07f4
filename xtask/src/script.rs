//! Prepares scripts for the browser.

/// Removes comment lines and all indentation. No string in our scripts or in generated ones spans several lines.
pub fn without_comments(js: &str) -> String {
    let is_code =
        |line: &&str| !line.is_empty() && !["//", "/*", "*"].iter().any(|sign| line.starts_with(sign));
    js.lines().map(str::trim).filter(is_code).flat_map(|line| [line, "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_comments_and_indentation_are_left_out() {
        let js = "/**\n * Says it.\n * @param {number} a\n */\nfunction f(a) {\n    // Twice.\n    return a * 2; // so\n}\n";
        assert_eq!(without_comments(js), "function f(a) {\nreturn a * 2; // so\n}\n");
    }
}
