//! Past runs, in words and as tables for other programs.

use engine::{Account, Done, Halt, Moment, Run, RunEnd, Wake};
use serde::Serialize;

use crate::words::gates;
use crate::words::numbers::{bytes, count, files};

pub fn wake(wake: Wake) -> &'static str {
    match wake {
        Wake::Opened => "Safelight was opened",
        Wake::Resumed => "You came back to Safelight",
        Wake::Asked => "You asked for it",
        Wake::FolderAdded => "A folder was added",
        Wake::FolderBack => "A folder could be read again",
        Wake::FilesChanged => "Files changed",
        Wake::Scheduled => "Regular check for new files",
        Wake::NetworkBack => "The network came back",
        Wake::SignedIn => "This browser was paired",
        Wake::Sync => "In the background: files were left to send",
        Wake::Left => "In the background: Safelight was closed",
        Wake::Tested => "In the background: you tested it",
        Wake::Fetched => "In the background: the browser was done with the large files",
        Wake::Push => "In the background: your server asked for it",
        Wake::PeriodicSync => "In the background: regular check for new files",
    }
}

/// What the run did, and why it ended.
pub fn outcome(run: &Run) -> String {
    let Done { sent, sent_bytes, already_there } = run.done;
    let mut did = Vec::new();
    if sent > 0 {
        did.push(format!("{} sent ({})", files(sent), bytes(sent_bytes)));
    }
    if already_there > 0 {
        did.push(format!("{} found on your server", files(already_there)));
    }
    if did.is_empty() {
        did.push("Nothing new".into());
    }
    format!("{}{}.", did.join(", "), end(run))
}

fn end(run: &Run) -> &'static str {
    match run.ended.map(|ended| ended.because) {
        None => "; still running",
        Some(RunEnd::Finished) => "",
        Some(RunEnd::Held(gate)) => gates::end(gate),
        Some(RunEnd::Paused) => "; then it was paused",
        Some(RunEnd::Barred) => "; the browser did not let it read all your folders without an open page",
        Some(RunEnd::TimeUp) => "; then the browser's time limit was reached",
        Some(RunEnd::HandedOver) => "; then you opened Safelight, which continued",
        Some(RunEnd::CutOff) if run.woken_by.is_background() => "; then the browser stopped it",
        Some(RunEnd::CutOff) => "; then Safelight was closed",
        Some(RunEnd::Stopped(halt)) => match halt {
            Halt::Offline => "; then your server could not be reached",
            Halt::SignedOut => "; then your server asked this browser to pair again",
            Halt::Forbidden => "; then your server refused uploads",
            Halt::Busy => "; then your server asked Safelight to wait",
            Halt::ServerError(_) => "; then your server reported an error",
            Halt::NotUnderstood => "; then something other than your server answered",
            Halt::DiskFull => "; then files did not fit on your server's disk",
            Halt::QuotaFull => "; then files did not fit into your quota",
            Halt::SignInInFront => "; then something in front of your server wanted you to sign in",
        },
    }
}

/// What came of a run, in a few words.
pub fn in_short(run: &Run) -> String {
    match (run.done.sent, run.done.already_there) {
        (0, 0) => "Nothing new".into(),
        (0, there) => format!("{} found on your server", files(there)),
        (sent, _) if run.ended.is_none() => format!("{} sent so far", files(sent)),
        (sent, _) => format!("{} sent", files(sent)),
    }
}

/// "1,204 files: 1,000 sent, 200 already there, 3 skipped, 1 with a problem, 0 remaining". The numbers add up.
pub fn account(account: &Account) -> String {
    format!(
        "{}: {} sent, {} already there, {} skipped, {} with problems, {} remaining.",
        files(account.scanned),
        count(account.sent),
        count(account.already_there),
        count(sum(&account.skipped)),
        count(sum(&account.problems)),
        count(account.remaining),
    )
}

fn sum<K>(counts: &[(K, u64)]) -> u64 {
    counts.iter().map(|(_, count)| count).sum()
}

/// "12 s", "3 min", "2 h".
pub fn took(run: &Run) -> Option<String> {
    let seconds = run.ended?.at.since(run.began) / 1000;
    Some(match seconds {
        0..=99 => format!("{seconds} s"),
        100..=5_999 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3_600),
    })
}

/// One run as a line of a table. The field names are the column names in CSV and the property names in JSON.
#[derive(Serialize)]
struct Line {
    began: String,
    ended: Option<String>,
    woken_by: String,
    end: String,
    files_sent: u64,
    bytes_sent: u64,
    found_on_server: u64,
    account_scanned: u64,
    account_sent: u64,
    account_already_there: u64,
    account_skipped: Vec<(String, u64)>,
    account_problems: Vec<(String, u64)>,
    account_remaining: u64,
}

/// `iso` formats a moment in ISO 8601.
fn line(run: &Run, iso: &impl Fn(Moment) -> String) -> Line {
    let named = |kind: String, count: u64| (kind, count);
    let account = &run.account;
    Line {
        began: iso(run.began),
        ended: run.ended.map(|ended| iso(ended.at)),
        woken_by: format!("{:?}", run.woken_by),
        end: run.ended.map_or_else(|| "going on".into(), |ended| format!("{:?}", ended.because)),
        files_sent: run.done.sent,
        bytes_sent: run.done.sent_bytes,
        found_on_server: run.done.already_there,
        account_scanned: account.scanned,
        account_sent: account.sent,
        account_already_there: account.already_there,
        account_skipped: account
            .skipped
            .iter()
            .map(|(kind, count)| named(format!("{kind:?}"), *count))
            .collect(),
        account_problems: account
            .problems
            .iter()
            .map(|(kind, count)| named(format!("{kind:?}"), *count))
            .collect(),
        account_remaining: account.remaining,
    }
}

pub fn json(runs: &[Run], iso: impl Fn(Moment) -> String) -> Result<String, serde_json::Error> {
    let lines: Vec<Line> = runs.iter().map(|run| line(run, &iso)).collect();
    serde_json::to_string_pretty(&lines)
}

const COLUMNS: &str = "began,ended,woken_by,end,files_sent,bytes_sent,found_on_server,account_scanned,\
    account_sent,account_already_there,account_skipped,account_problems,account_remaining";

/// RFC 4180, with its line ends. No field can contain a comma, a quote or a line break: all fields are times, numbers
/// or our own names.
pub fn csv(runs: &[Run], iso: impl Fn(Moment) -> String) -> String {
    let lines = runs.iter().map(|run| {
        let line = line(run, &iso);
        let fields = [
            line.began,
            line.ended.unwrap_or_default(),
            line.woken_by,
            line.end,
            line.files_sent.to_string(),
            line.bytes_sent.to_string(),
            line.found_on_server.to_string(),
            line.account_scanned.to_string(),
            line.account_sent.to_string(),
            line.account_already_there.to_string(),
            sum(&line.account_skipped).to_string(),
            sum(&line.account_problems).to_string(),
            line.account_remaining.to_string(),
        ];
        fields.join(",")
    });
    let all: Vec<String> = std::iter::once(COLUMNS.to_owned()).chain(lines).collect();
    all.join("\r\n") + "\r\n"
}

#[cfg(test)]
mod tests {
    use engine::{Ended, Problem, SkipReason};

    use super::*;

    #[test]
    fn a_run_says_what_it_did_and_why_it_ended() {
        let mut run = run();
        assert_eq!(outcome(&run), "12 files sent (34 MB), 3 files found on your server.");
        assert_eq!(took(&run).as_deref(), Some("65 s"));
        run.done = Done::default();
        run.ended = Some(Ended { at: run.began, because: RunEnd::Stopped(Halt::Offline) });
        assert_eq!(outcome(&run), "Nothing new; then your server could not be reached.");
        run.ended = Some(Ended { at: run.began, because: RunEnd::CutOff });
        assert_eq!(outcome(&run), "Nothing new; then Safelight was closed.");
        run.woken_by = Wake::Sync;
        assert_eq!(outcome(&run), "Nothing new; then the browser stopped it.");
    }

    #[test]
    fn the_numbers_of_an_account_add_up() {
        let text = "21 files: 12 sent, 3 already there, 4 skipped, 1 with problems, 1 remaining.";
        assert_eq!(account(&run().account), text);
    }

    #[test]
    fn the_csv_has_a_line_for_each_run() {
        let table = csv(&[run()], |at| format!("t{}", at.0));
        let lines: Vec<&str> = table.split("\r\n").collect();
        assert_eq!(lines[1], "t1000,t66000,Opened,Finished,12,34000000,3,21,12,3,4,1,1");
        assert_eq!(lines[0].split(',').count(), lines[1].split(',').count());
        assert_eq!(lines.len(), 3);
    }

    #[test]
    fn json_keeps_the_reasons_apart() {
        let text = json(&[run()], |at| at.0.to_string()).unwrap();
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read[0]["account_skipped"][1][0], "NotMedia");
        assert_eq!(read[0]["end"], "Finished");
    }

    fn run() -> Run {
        Run {
            began: Moment(1_000),
            woken_by: Wake::Opened,
            ended: Some(Ended { at: Moment(66_000), because: RunEnd::Finished }),
            done: Done { sent: 12, sent_bytes: 34_000_000, already_there: 3 },
            account: Account {
                scanned: 21,
                sent: 12,
                already_there: 3,
                skipped: vec![(SkipReason::Hidden, 1), (SkipReason::NotMedia, 3)],
                problems: vec![(Problem::Unreadable, 1)],
                remaining: 1,
                ..Account::default()
            },
        }
    }
}
