//! Every way in which a request can fail, and the one place that turns a failure into a response. Our own
//! faults are logged in full, and the client learns nothing about them.

use std::error::Error;
use std::fmt::Write;

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::immich::ErrorBody;

use crate::index::IndexError;
use crate::vault::VaultError;

#[derive(Debug)]
pub enum AppError {
    /// The client can fix it; the message says how.
    Refused(StatusCode, String),
    /// There is no room at the moment. The client may retry the same request after this many seconds.
    Later(StatusCode, String, u32),
    /// The person who runs the server can fix it.
    DiskFull,
    /// A bug, or a broken machine.
    Fault(Box<dyn Error + Send + Sync>),
}

impl AppError {
    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::Refused(StatusCode::BAD_REQUEST, message.into())
    }

    /// In Immich's words.
    pub(crate) fn unsupported(name: &str) -> Self {
        Self::bad_request(format!("Unsupported file type {name}"))
    }

    pub(crate) fn unauthorized(message: &str) -> Self {
        Self::Refused(StatusCode::UNAUTHORIZED, message.to_owned())
    }

    pub(crate) fn too_many(message: &str, seconds: u32) -> Self {
        Self::Later(StatusCode::TOO_MANY_REQUESTS, message.to_owned(), seconds)
    }

    pub(crate) fn fault(error: impl Error + Send + Sync + 'static) -> Self {
        Self::Fault(Box::new(error))
    }
}

impl From<VaultError> for AppError {
    fn from(error: VaultError) -> Self {
        if let VaultError::NotMedia(name) = &error {
            Self::unsupported(name)
        } else if error.is_disk_full() {
            Self::DiskFull
        } else {
            Self::fault(error)
        }
    }
}

impl From<IndexError> for AppError {
    fn from(error: IndexError) -> Self {
        VaultError::Index(error).into()
    }
}

impl AppError {
    /// What the client is told. Our own faults are logged.
    pub(crate) fn told(self) -> (StatusCode, ErrorBody) {
        let (status, message) = match self {
            Self::Refused(status, message) | Self::Later(status, message, _) => (status, message),
            Self::DiskFull => {
                tracing::error!("the disk is full: uploads are refused until there is room");
                (StatusCode::INSUFFICIENT_STORAGE, "The server's disk is full".to_owned())
            }
            Self::Fault(error) => {
                tracing::error!(error = causes(error.as_ref()), "a request failed");
                (StatusCode::INTERNAL_SERVER_ERROR, "Internal server error".to_owned())
            }
        };
        (status, ErrorBody { message })
    }
}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        let retry_after = match self {
            Self::Later(_, _, seconds) => Some([(header::RETRY_AFTER, seconds.to_string())]),
            Self::Refused(..) | Self::DiskFull | Self::Fault(_) => None,
        };
        let (status, body) = self.told();
        (status, retry_after, Json(body)).into_response()
    }
}

/// The error and all its causes, in one line.
pub fn causes(error: &dyn Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        // Writing to a string cannot fail.
        let _ = write!(line, ": {error}");
        cause = error.source();
    }
    line
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn a_full_disk_is_told_apart_from_our_faults() {
        let io =
            |kind| VaultError::Io { doing: "write", path: PathBuf::new(), source: io::Error::from(kind) };
        let table = [
            (io(io::ErrorKind::StorageFull), StatusCode::INSUFFICIENT_STORAGE),
            (io(io::ErrorKind::QuotaExceeded), StatusCode::INSUFFICIENT_STORAGE),
            (io(io::ErrorKind::PermissionDenied), StatusCode::INTERNAL_SERVER_ERROR),
            (IndexError::WriterGone.into(), StatusCode::INTERNAL_SERVER_ERROR),
        ];
        for (error, status) in table {
            assert_eq!(AppError::from(error).into_response().status(), status);
        }
    }
}
