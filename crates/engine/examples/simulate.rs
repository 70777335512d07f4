//! Simulates many random lives on every core, and reports the first that breaks a rule. `cargo xtask simulate` runs
//! it.
//!
//! Arguments: how many lives (or, with an `m` after it, how many minutes), and the first seed.

use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use safelight_engine::testing::simulation::{Violation, live};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let much = arguments.next().unwrap_or_else(|| "100000".into());
    let first_seed: u64 = arguments.next().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let Some(end) = End::parse(&much) else {
        eprintln!("error: {much:?} is neither a number of lives nor of minutes, such as 100000 or 10m");
        return ExitCode::FAILURE;
    };
    let simulation = Simulation::run(first_seed, &end);
    let lives = simulation.lives.load(Ordering::Relaxed);
    let turns = simulation.turns.load(Ordering::Relaxed);
    println!(
        "{lives} lives of {turns} turns from seed {first_seed}, in {:.1} s",
        end.begun.elapsed().as_secs_f64()
    );
    match simulation.violation.into_inner() {
        Ok(None) => ExitCode::SUCCESS,
        Ok(Some(violation)) => {
            eprint!("{violation}");
            eprintln!("again: cargo xtask simulate --lives 1 --seed {}", violation.seed);
            ExitCode::FAILURE
        }
        Err(_) => ExitCode::FAILURE,
    }
}

/// When to stop.
struct End {
    begun: Instant,
    lives: u64,
    time: Duration,
}

impl End {
    fn parse(much: &str) -> Option<End> {
        let begun = Instant::now();
        match much.strip_suffix('m') {
            Some(minutes) => {
                let time = Duration::from_secs(minutes.parse::<u64>().ok()? * 60);
                Some(End { begun, lives: u64::MAX, time })
            }
            None => Some(End { begun, lives: much.parse().ok()?, time: Duration::MAX }),
        }
    }
}

#[derive(Default)]
struct Simulation {
    begun: AtomicU64,
    lives: AtomicU64,
    turns: AtomicU64,
    stop: AtomicBool,
    violation: Mutex<Option<Box<Violation>>>,
}

impl Simulation {
    fn run(first_seed: u64, end: &End) -> Simulation {
        let simulation = Simulation::default();
        let threads = thread::available_parallelism().map_or(1, usize::from);
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| simulation.work(first_seed, end));
            }
        });
        simulation
    }

    fn work(&self, first_seed: u64, end: &End) {
        while !self.stop.load(Ordering::Relaxed) && end.begun.elapsed() < end.time {
            let number = self.begun.fetch_add(1, Ordering::Relaxed);
            if number >= end.lives {
                return;
            }
            match live(first_seed.wrapping_add(number)) {
                Ok(turns) => _ = self.turns.fetch_add(turns as u64, Ordering::Relaxed),
                Err(violation) => {
                    self.stop.store(true, Ordering::Relaxed);
                    if let Ok(mut first) = self.violation.lock() {
                        first.get_or_insert(violation);
                    }
                }
            }
            self.lives.fetch_add(1, Ordering::Relaxed);
        }
    }
}
