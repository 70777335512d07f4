//! Words and lines for what is happening now.

use engine::View;

use super::numbers::{bytes, count, duration, files};

/// What this run has sent of what it can send.
pub fn so_far(view: &View) -> Option<String> {
    let run = view.run.as_ref().filter(|run| run.ended.is_none())?;
    let (sent, left) = (run.done.sent, view.tally.remaining);
    Some(match view.tally.remaining_bytes {
        0 => format!("{} of {} sent", count(sent), files(sent + left)),
        more => format!("{} of {} sent, {} to go", count(sent), files(sent + left), bytes(more)),
    })
}

/// "About 17 minutes left".
pub fn left(view: &View) -> Option<String> {
    let is_known = view.folders.iter().all(|folder| folder.listed == engine::Listed::Complete);
    let mut left = format!("{} left", duration(view.seconds_left.filter(|_| is_known)?));
    left[..1].make_ascii_uppercase();
    Some(left)
}

/// The speed at the end of each sample, in bytes per second, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Speeds(Vec<u64>);

/// Five minutes of samples, one each two seconds.
const SAMPLES: usize = 150;
const SAMPLES_PER_MINUTE: usize = 30;
/// Fewer say nothing.
const FEWEST: usize = 5;
/// The size of the drawing.
const WIDTH: f64 = 300.0;
const HEIGHT: f64 = 48.0;
/// So that the line is not cut at the top.
const MARGIN: f64 = 3.0;

impl Speeds {
    pub fn add(&mut self, bytes_per_second: u64) {
        if self.0.len() == SAMPLES {
            self.0.remove(0);
        }
        self.0.push(bytes_per_second);
    }

    /// SVG path data; empty while there is too little to draw.
    pub fn curve(&self) -> String {
        if self.0.len() < FEWEST {
            return String::new();
        }
        let most = self.0.iter().copied().max().unwrap_or_default().max(1) as f64;
        let step = WIDTH / (self.0.len() - 1) as f64;
        let place = |(at, speed): (usize, &u64)| {
            let y = HEIGHT - (HEIGHT - MARGIN) * *speed as f64 / most;
            format!("{}{} {}", if at == 0 { 'M' } else { 'L' }, tenths(at as f64 * step), tenths(y))
        };
        self.0.iter().enumerate().map(place).collect()
    }

    /// For those who cannot see the curve.
    pub fn words(&self) -> String {
        let (least, most) = (self.0.iter().min(), self.0.iter().max());
        let (Some(least), Some(most)) = (least, most) else { return String::new() };
        format!("Speed {}: between {} and {} a second", self.since(), bytes(*least), bytes(*most))
    }

    /// How long ago the curve begins.
    pub fn since(&self) -> String {
        match self.0.len().div_ceil(SAMPLES_PER_MINUTE) {
            0 | 1 => "over the last minute".into(),
            minutes => format!("over the last {minutes} minutes"),
        }
    }
}

/// Whole tenths are fine enough to draw.
fn tenths(number: f64) -> String {
    let tenths = (number * 10.0).round() as i64;
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_fills_its_field_and_forgets_what_is_old() {
        let mut speeds = Speeds::default();
        (0..4).for_each(|_| speeds.add(1_000_000));
        assert_eq!(speeds.curve(), "");
        speeds.add(2_000_000);
        assert_eq!(speeds.curve(), "M0.0 25.5L75.0 25.5L150.0 25.5L225.0 25.5L300.0 3.0");
        assert_eq!(speeds.words(), "Speed over the last minute: between 1.0 MB and 2.0 MB a second");
        (0..SAMPLES).for_each(|_| speeds.add(0));
        assert_eq!(speeds.words(), "Speed over the last 5 minutes: between 0 B and 0 B a second");
    }
}
