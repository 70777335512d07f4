//! A client for tests: it gives the scripted answers and records the requests.

use std::cell::RefCell;
use std::collections::VecDeque;

use engine::Moment;

use super::{Answer, Client, Content, Exchange, Headers, Request};

/// When every answer arrives: 2026-11-28T12:00:00Z.
pub(crate) const NOW: Moment = Moment(1_795_867_200_000);

pub(crate) struct Script {
    answers: RefCell<VecDeque<Exchange>>,
    asked: RefCell<Vec<Request>>,
}

impl Script {
    /// Answers the requests in this order.
    pub(crate) fn of(answers: impl IntoIterator<Item = Exchange>) -> Script {
        Script { answers: RefCell::new(answers.into_iter().collect()), asked: RefCell::default() }
    }

    /// One line for each request: method, path and content.
    pub(crate) fn asked(&self) -> Vec<String> {
        let line = |request: &Request| {
            let head = format!("{} {}", request.method.name(), request.path);
            match &request.content {
                Content::Nothing => head,
                Content::Json(text) | Content::Text(text) => format!("{head} {text}"),
            }
        };
        self.asked.borrow().iter().map(line).collect()
    }
}

impl Client for Script {
    async fn exchange(&self, request: Request) -> Exchange {
        self.asked.borrow_mut().push(request);
        self.answers.borrow_mut().pop_front().expect("a request that the script does not know of")
    }
}

pub(crate) fn answer(status: u16, text: &str) -> Exchange {
    Exchange::Answered(Answer { status, text: text.into(), headers: Headers::default(), at: NOW })
}

/// A proxy's page.
pub(crate) fn html(status: u16) -> Exchange {
    answer(status, "<!doctype html><title>Just a moment...</title>")
}
