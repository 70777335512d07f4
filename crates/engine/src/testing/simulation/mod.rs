//! Random lives of a backup, each reproducible from a seed: folders, edits, misfortunes of network, server and
//! browser, kills between any two effects, and tabs that compete for the engine. An oracle checks every step, and at
//! the end every file must be in the right state.

mod device;
mod ending;
mod misfortune;
mod network;
mod oracle;

use std::fmt;

use fastrand::Rng;

use super::{CODE, PICTURES, World};
use crate::event::Event;
use crate::folder::FolderId;
use crate::intent::Intent;
use crate::run::Wake;
use crate::time::Moment;
use network::Curse;
use oracle::Oracle;

/// Misfortunes in one life.
const MISFORTUNES: std::ops::Range<usize> = 4..28;
/// Turns between two of them.
const TURNS: std::ops::Range<usize> = 0..24;
const MOST_FOLDERS: u32 = 3;
const MOST_TABS: usize = 3;
/// Events that share a turn.
const MOST_EVENTS_TOGETHER: usize = 4;

/// What broke, and how to reproduce it.
#[derive(Debug, Clone)]
pub struct Violation {
    pub seed: u64,
    /// What should have held.
    pub rule: &'static str,
    pub detail: String,
    /// What happened, in order.
    pub story: Vec<String>,
}

impl fmt::Display for Violation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.story.iter().try_for_each(|line| writeln!(out, "  {line}"))?;
        writeln!(out, "seed {}: {}\n  {}", self.seed, self.rule, self.detail)
    }
}

/// Simulates one life. Returns how many turns it took.
pub fn live(seed: u64) -> Result<usize, Box<Violation>> {
    let mut life = Life::new(seed);
    life.live().map_err(|(rule, detail)| Box::new(Violation { seed, rule, detail, story: life.story }))?;
    Ok(life.turns)
}

/// A rule that did not hold, and where.
type Broken = (&'static str, String);

struct Life {
    random: Rng,
    world: World,
    oracle: Oracle,
    /// How many tabs wait for the engine's lock.
    waiting_tabs: usize,
    /// Whether a tab holds the lock.
    engine_runs: bool,
    curses: Vec<Curse>,
    last_folder: u32,
    /// Makes every content and every modification time unique.
    edits: u64,
    turns: usize,
    story: Vec<String>,
}

impl Life {
    fn new(seed: u64) -> Life {
        let mut world =
            World { now: Moment(1_700_000_000_000), has_room: true, gathers: true, ..World::default() };
        let mut random = Rng::with_seed(seed);
        world.server.verifies = random.u8(..4) > 0;
        world.server.paired = random.u8(..8) > 0;
        world.server.most_in_bundle = (random.u8(..8) == 0).then_some(1);
        world.server.cuts_off_bundles = random.u8(..16) == 0;
        let mut life = Life {
            random,
            world,
            oracle: Oracle::default(),
            waiting_tabs: 0,
            engine_runs: false,
            curses: Vec::new(),
            last_folder: PICTURES.0 - 1,
            edits: 0,
            turns: 0,
            story: Vec::new(),
        };
        (0..life.random.u32(1..=MOST_FOLDERS)).for_each(|_| life.add_disk());
        life
    }

    fn live(&mut self) -> Result<(), Broken> {
        self.open_tab();
        for _ in 0..self.random.usize(MISFORTUNES) {
            for _ in 0..self.random.usize(TURNS) {
                self.turn()?;
            }
            self.befall();
            self.look_on()?;
        }
        self.come_to_rest()
    }

    /// Carries out one effect, one turn of one or several events, or one step of something in flight, chosen at
    /// random.
    fn turn(&mut self) -> Result<(), Broken> {
        self.turns += 1;
        if let Some(effect) = self.world.next_effect() {
            self.oracle.look_at_effect(&self.world, effect)?;
        }
        let flights = self.world.flights();
        if flights > 0 && self.random.bool() {
            let at = self.random.usize(..flights);
            self.world.step_flight(at);
        } else if self.world.effects() > 0 {
            self.world.step_effect();
            self.oracle.look_at_shown(&mut self.world)?;
        } else {
            let together = self.random.usize(1..=MOST_EVENTS_TOGETHER);
            self.world.take_turn(together);
        }
        self.look_on()?;
        self.end_if_over()
    }

    /// An engine without a page ends by itself.
    fn end_if_over(&mut self) -> Result<(), Broken> {
        if self.engine_runs && self.world.effects() == 0 && self.world.engine.is_over() {
            self.oracle.look_at_end(&self.world)?;
            self.kill();
        }
        Ok(())
    }

    fn look_on(&mut self) -> Result<(), Broken> {
        self.oracle.look_on(&mut self.world)
    }

    fn add_disk(&mut self) {
        self.last_folder += 1;
        let id = FolderId(self.last_folder);
        self.world.disk_of(id);
        for _ in 0..self.random.usize(..6) {
            self.write_somewhere(id);
        }
        self.world.store.add_folder(id, "Folder");
    }

    /// A tab opens: it runs the engine, or waits for the lock.
    fn open_tab(&mut self) {
        if !self.engine_runs {
            self.engine_runs = true;
            self.oracle.engine_starts(&self.world);
            self.world.start();
        } else if self.waiting_tabs < MOST_TABS {
            self.waiting_tabs += 1;
            self.world.tell(Event::PageOpened);
        }
    }

    /// The browser wakes an engine without a page. If another engine runs, the new one ends at once.
    fn wake(&mut self, by: Wake, ms: u64) {
        if !self.engine_runs {
            self.engine_runs = true;
            self.oracle.engine_starts(&self.world);
            self.world.wake(by, ms);
        }
    }

    /// The tab with the engine is suddenly gone. The next one takes over.
    fn kill(&mut self) {
        self.world.kill();
        self.engine_runs = false;
        if self.waiting_tabs > 0 {
            self.waiting_tabs -= 1;
            self.open_tab();
        }
    }

    /// What the person does reaches the engine only if one runs.
    fn ask(&mut self, intent: Intent) {
        if self.engine_runs {
            self.world.ask(intent);
        }
    }

    fn tell(&mut self, event: Event) {
        if self.engine_runs {
            self.world.tell(event);
        }
    }

    fn pair(&mut self) {
        self.ask(Intent::Pair { code: CODE.into() });
    }

    fn choose<T: Copy>(&mut self, among: &[T]) -> T {
        among[self.random.usize(..among.len())]
    }
}
