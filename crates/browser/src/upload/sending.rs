//! The uploads of this context: of several files in one request, or the loop that uploads one file. The loop sends each
//! part that [`Transfer`] asks for, with the carrier of this context.

use std::cell::RefCell;
use std::ops::Range;

use engine::{Moment, RequestEnd, Upload};
use js_sys::Array;
use protocol::Digest;
use protocol::bundle::Bundled;
use protocol::immich::{self, UploadAnswer};
use protocol::resumable::{self, AssetData};
use protocol::safelight;
use web_sys::{Blob, File};

use super::bundle::{self, BundleEnd};
use super::carrier::{Carrier, Content, Parcel};
use super::fetch::Fetch;
use super::form::form;
use super::pieces::Pieces;
use super::requests;
use super::transfer::{Next, Part, Transfer};
use super::xhr::Xhr;
use crate::http::{Exchange, Method};
use crate::{Fault, now};

/// A file to upload. A copy of a file knows neither its name nor its time, so both are given here.
#[derive(Clone, Copy)]
pub struct Cargo<'a> {
    pub file: &'a File,
    pub path: &'a str,
    pub modified: Moment,
    pub digest: Digest,
}

impl Cargo<'_> {
    pub fn new<'a>(file: &'a File, upload: &'a Upload) -> Cargo<'a> {
        let read = &upload.read;
        Cargo { file, path: &read.path, modified: read.stamp.modified, digest: upload.digest }
    }

    pub(super) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(self.path)
    }

    /// ISO 8601.
    pub(super) fn modified(&self) -> String {
        js_sys::Date::new(&(self.modified.0 as f64).into()).to_iso_string().into()
    }

    fn described(&self) -> AssetData {
        AssetData {
            filename: self.name().to_owned(),
            file_created_at: self.modified(),
            file_modified_at: self.modified(),
            is_favorite: false,
        }
    }

    fn size(&self) -> u64 {
        self.file.size() as u64
    }
}

/// Progress of an upload.
pub enum Moved {
    /// The server already has this many bytes.
    From(u64),
    /// This many bytes were sent.
    To(u64),
}

/// The way files are uploaded from this context.
pub struct Uploads {
    carrier: Box<dyn Carrier>,
    pieces: RefCell<Pieces>,
}

impl Uploads {
    /// For a worker that belongs to a page.
    pub fn by_xhr() -> Uploads {
        Uploads { carrier: Box::new(Xhr), pieces: RefCell::new(Pieces::in_a_page()) }
    }

    /// For a service worker.
    pub fn by_fetch() -> Uploads {
        Uploads { carrier: Box::new(Fetch), pieces: RefCell::new(Pieces::in_a_shift()) }
    }

    /// Applies the server's settings for pieces; none if it accepts no pieces.
    pub fn told(&self, pieces: Option<safelight::Pieces>) {
        self.pieces.borrow_mut().told(pieces);
    }

    /// Whether the server keeps the received part of an upload.
    pub fn keeps_parts(&self) -> bool {
        self.pieces.borrow().are_taken()
    }

    pub async fn send(
        &self,
        cargo: Cargo<'_>,
        tell: &dyn Fn(Moved),
    ) -> Result<RequestEnd<UploadAnswer>, Fault> {
        let mut transfer = Transfer::new(cargo.size(), &self.pieces.borrow());
        loop {
            let began = now();
            let exchange = self.carry(cargo, transfer.part(), tell).await?;
            let took_ms = now().since(began);
            match transfer.ended(&exchange, took_ms, &mut self.pieces.borrow_mut()) {
                Next::Send => {}
                Next::Resume(at) => tell(Moved::From(at)),
                Next::End(end) => return Ok(end),
            }
        }
    }

    /// Sends several files in one request. `tell` receives the number of bytes sent, of all files together.
    pub async fn send_bundle(&self, cargos: &[Cargo<'_>], tell: &dyn Fn(u64)) -> Result<BundleEnd, Fault> {
        let exchange = self.carrier.carry(together(cargos)?, tell).await?;
        Ok(BundleEnd::of(&exchange, cargos.len()))
    }

    async fn carry(&self, cargo: Cargo<'_>, part: &Part, tell: &dyn Fn(Moved)) -> Result<Exchange, Fault> {
        match part {
            Part::Form => self.carrier.carry(whole(cargo)?, &|sent| tell(Moved::To(sent))).await,
            Part::Creation => self.carrier.carry(creation(cargo)?, &|_| {}).await,
            Part::Piece { upload, bytes } => {
                let parcel = piece(cargo, upload, bytes)?;
                let length = parcel.size;
                self.carrier.carry(parcel, &|sent| tell(Moved::To(bytes.start + sent.min(length)))).await
            }
        }
    }
}

fn whole(cargo: Cargo<'_>) -> Result<Parcel<'_>, Fault> {
    Ok(Parcel {
        method: Method::Post,
        path: immich::path::ASSETS,
        headers: vec![(immich::CHECKSUM_HEADER, cargo.digest.to_string())],
        content: Content::Form(form(cargo)?),
        size: cargo.size(),
    })
}

fn together(cargos: &[Cargo<'_>]) -> Result<Parcel<'static>, Fault> {
    let boundary = format!("safelight-{:016x}", (js_sys::Math::random() * u64::MAX as f64) as u64);
    let parts = Array::new();
    for (number, cargo) in cargos.iter().enumerate() {
        let bundled = Bundled { checksum: cargo.digest.to_string(), asset: cargo.described() };
        parts.push(&bundle::head(&boundary, &bundled, number == 0).map_err(encoding)?.into());
        parts.push(cargo.file);
    }
    parts.push(&bundle::tail(&boundary).into());
    let form = Blob::new_with_blob_sequence(&parts)?;
    Ok(Parcel {
        method: Method::Post,
        path: safelight::path::ASSETS,
        headers: vec![("content-type", bundle::content_type(&boundary))],
        size: form.size() as u64,
        content: Content::Blob(form),
    })
}

fn encoding(error: serde_json::Error) -> Fault {
    Fault::new("EncodingError", error.to_string())
}

fn creation(cargo: Cargo<'_>) -> Result<Parcel<'_>, Fault> {
    let headers = requests::creation(cargo.size(), cargo.digest, &cargo.described()).map_err(encoding)?;
    Ok(Parcel { method: Method::Post, path: resumable::PATH, headers, content: Content::Nothing, size: 0 })
}

fn piece<'a>(cargo: Cargo<'_>, upload: &'a str, bytes: &Range<u64>) -> Result<Parcel<'a>, Fault> {
    Ok(Parcel {
        method: Method::Patch,
        path: upload,
        headers: requests::piece(bytes, cargo.size()),
        content: Content::Blob(cargo.file.slice_with_f64_and_f64(bytes.start as f64, bytes.end as f64)?),
        size: bytes.end - bytes.start,
    })
}
