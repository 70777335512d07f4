//! The two generations of Immich that people run.

use std::str::FromStr;

/// Which recorded server the fake imitates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// 2.5.6
    V2,
    /// 3.1.0
    V3,
}

impl Dialect {
    pub const BOTH: [Dialect; 2] = [Dialect::V2, Dialect::V3];
}

/// Parses the major version.
impl FromStr for Dialect {
    type Err = String;

    fn from_str(text: &str) -> Result<Dialect, String> {
        match text {
            "2" => Ok(Dialect::V2),
            "3" => Ok(Dialect::V3),
            other => Err(format!("{other} is neither 2 nor 3")),
        }
    }
}
