//! Several things at a time. What the futures crate has for it is larger than all that is restored with it.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

/// Does the work of every number below `count`, of at most so many at once, in order. It ends early once one of them
/// says that there is no sense in going on.
pub(super) async fn in_lanes<F: Future<Output = bool>>(
    lanes: usize,
    count: usize,
    work: impl Fn(usize) -> F,
) {
    let (mut next, mut goes_on) = (0, true);
    let mut running: Vec<Pin<Box<F>>> = Vec::new();
    poll_fn(|context| {
        loop {
            while goes_on && next < count && running.len() < lanes {
                running.push(Box::pin(work(next)));
                next += 1;
            }
            let before = running.len();
            running.retain_mut(|one| match one.as_mut().poll(context) {
                Poll::Ready(sense) => {
                    goes_on &= sense;
                    false
                }
                Poll::Pending => true,
            });
            if running.is_empty() && (!goes_on || next == count) {
                return Poll::Ready(());
            }
            if running.len() == before {
                return Poll::Pending;
            }
        }
    })
    .await;
}
