//! Feeds the form's parser so that it buffers little. The parser takes everything that is ready, and keeps what it
//! cannot use until a boundary comes. So it gets one chunk at a time, and the upload fails if the chunks yield nothing.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use axum::body::Bytes;
use futures_util::{Stream, StreamExt, stream};

use crate::api::chunks::Chunks;

/// A part's headers take some hundred bytes, and one more chunk may be waiting behind them.
const MAX_FRUITLESS_BYTES: usize = 1024 * 1024;

/// Bytes that the parser was given since it last yielded something.
#[derive(Clone, Default)]
pub(super) struct Fruitless(Arc<AtomicUsize>);

#[derive(Debug, thiserror::Error)]
#[error("a part of the form does not begin where it should")]
struct NoPart;

type Fed = Result<Bytes, Box<dyn Error + Send + Sync>>;

impl Fruitless {
    /// The parser has yielded a part, or a piece of one.
    pub(super) fn end(&self) {
        self.0.store(0, Ordering::Relaxed);
    }

    fn count(&self, chunk: Bytes) -> Fed {
        let before = self.0.fetch_add(chunk.len(), Ordering::Relaxed);
        if before + chunk.len() > MAX_FRUITLESS_BYTES { Err(NoPart.into()) } else { Ok(chunk) }
    }
}

/// Returns pending after each chunk, so that the parser processes what it has before it gets more.
pub(super) fn steady(chunks: &mut Chunks, fruitless: Fruitless) -> impl Stream<Item = Fed> + Send {
    let mut next = Next::Chunk;
    stream::poll_fn(move |context: &mut Context<'_>| match next {
        Next::Pause => {
            next = Next::Chunk;
            context.waker().wake_by_ref();
            Poll::Pending
        }
        Next::Chunk => {
            let chunk = ready!(chunks.poll_next_unpin(context));
            next = Next::Pause;
            Poll::Ready(chunk.map(|chunk| fruitless.count(chunk?)))
        }
    })
}

enum Next {
    Chunk,
    Pause,
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use super::*;

    #[test]
    fn the_parser_gets_one_chunk_at_a_time_and_no_more_than_it_can_use() {
        let mut chunks: Chunks = Box::pin(stream::repeat_with(|| Ok(Bytes::from(vec![0; 400_000]))));
        let fruitless = Fruitless::default();
        let mut fed = Box::pin(steady(&mut chunks, fruitless.clone()));
        let mut poll = || fed.poll_next_unpin(&mut Context::from_waker(Waker::noop()));
        for _ in 0..9 {
            assert!(matches!(poll(), Poll::Ready(Some(Ok(_)))));
            assert!(poll().is_pending());
            fruitless.end();
        }
        let answers: Vec<_> = (0..5).map(|_| poll()).collect();
        assert!(matches!(answers[2], Poll::Ready(Some(Ok(_)))));
        assert!(matches!(answers[4], Poll::Ready(Some(Err(_)))));
    }
}
