//! Thumbnails and previews. They are made on first request and then stored. They can be deleted at any time. Formats
//! that cannot be decoded here (videos, HEIC, raw photos) have none.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};

use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, ImageDecoder, ImageError, ImageReader, Limits, RgbImage};
use jpeg_decoder::{CodingProcess, ImageInfo, PixelFormat};
use uuid::Uuid;

use super::error::Doing;
use super::{Asset, AssetKind, Vault, VaultError, disk};

const FOLDER: &str = "thumbnails";

/// Decoding needs as much memory as the decoded picture has bytes. A panorama of 80 million pixels fits.
const MOST_MEMORY_BYTES: u64 = 256 << 20;

/// At this size, nobody sees a difference to a higher quality.
const JPEG_QUALITY: u8 = 80;

/// The size of a picture, by its longer side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// For a tile in a grid.
    Thumbnail,
    /// For a full screen.
    Preview,
}

impl Size {
    fn pixels(self) -> u32 {
        match self {
            Self::Thumbnail => 360,
            Self::Preview => 1440,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Thumbnail => "thumbnail",
            Self::Preview => "preview",
        }
    }
}

impl Vault {
    /// The path of the picture, a JPEG; `None` if this asset cannot have one.
    pub fn picture(&self, asset: &Asset, size: Size) -> Result<Option<PathBuf>, VaultError> {
        let name = Uuid::from_bytes(asset.id.0).to_string();
        let folder = self.data.join(FOLDER).join(&name[..2]);
        let place = folder.join(format!("{name}-{}.jpg", size.name()));
        if place.is_file() {
            return Ok(Some(place));
        }
        if asset.kind == AssetKind::Video {
            return Ok(None);
        }
        let original = self.originals.open(&asset.path)?;
        let Some(picture) = decoded(original, &self.originals.absolute(&asset.path))? else {
            return Ok(None);
        };
        disk::change("create", &folder, || fs::create_dir_all(&folder))?;
        write(&picture.thumbnail(size.pixels(), size.pixels()), &place)?;
        Ok(Some(place))
    }
}

/// The picture, turned upright; `None` if it cannot be decoded here.
fn decoded(file: File, original: &Path) -> Result<Option<DynamicImage>, VaultError> {
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_MEMORY_BYTES);
    let again = file.try_clone().doing("open", original)?;
    match decode(BufReader::new(file), limits) {
        Ok(picture) => Ok(Some(picture)),
        Err(ImageError::Limits(_)) => Ok(decode_smaller(again)),
        Err(ImageError::IoError(error)) if !is_cut(&error) => Err(error).doing("read", original),
        Err(error) => {
            tracing::debug!(path = %original.display(), %error, "could not make a thumbnail");
            Ok(None)
        }
    }
}

/// Whether the picture is damaged, as opposed to a disk error.
fn is_cut(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData)
}

fn decode(file: BufReader<File>, limits: Limits) -> Result<DynamicImage, ImageError> {
    let mut reader = ImageReader::new(file).with_guessed_format()?;
    let mut left = limits.clone();
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    // A decoder counts its working memory against the limit, but not its output.
    left.reserve(decoder.total_bytes())?;
    let orientation = decoder.orientation()?;
    let mut picture = DynamicImage::from_decoder(decoder)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

/// Decodes a large JPEG at an eighth to a half of its size, which needs little memory: phones take photos of 108 million
/// pixels and more.
fn decode_smaller(mut file: File) -> Option<DynamicImage> {
    file.rewind().ok()?;
    let mut decoder = jpeg_decoder::Decoder::new(BufReader::new(file));
    decoder.set_max_decoding_buffer_size(usize::try_from(MOST_MEMORY_BYTES).unwrap_or(usize::MAX));
    decoder.read_info().ok()?;
    if working_memory(decoder.info()?) > MOST_MEMORY_BYTES {
        return None;
    }
    let side = Size::Preview.pixels().try_into().ok()?;
    let (width, height) = decoder.scale(side, side).ok()?;
    let pixels = decoder.decode().ok()?;
    let (width, height) = (width.into(), height.into());
    let mut picture = match decoder.info()?.pixel_format {
        PixelFormat::RGB24 => RgbImage::from_raw(width, height, pixels).map(DynamicImage::ImageRgb8),
        PixelFormat::L8 => GrayImage::from_raw(width, height, pixels).map(DynamicImage::ImageLuma8),
        PixelFormat::L16 | PixelFormat::CMYK32 => None,
    }?;
    let orientation = decoder.exif_data().and_then(Orientation::from_exif_chunk);
    picture.apply_orientation(orientation.unwrap_or(Orientation::NoTransforms));
    Some(picture)
}

/// A progressive JPEG is collected in full size before it is scaled: two bytes for each sample.
fn working_memory(info: ImageInfo) -> u64 {
    let pixels = u64::from(info.width) * u64::from(info.height);
    match info.coding_process {
        CodingProcess::DctProgressive => pixels * info.pixel_format.pixel_bytes() as u64 * 2,
        CodingProcess::DctSequential | CodingProcess::Lossless => 0,
    }
}

/// Written under another name first, so that nobody gets an incomplete picture.
fn write(picture: &DynamicImage, place: &Path) -> Result<(), VaultError> {
    let part = place.with_extension(format!("{}.part", Uuid::new_v4()));
    let written = disk::change("write", place, || {
        let file = File::create_new(&part)?;
        let mut file = BufWriter::new(file);
        // JPEG has no transparency.
        let picture = DynamicImage::ImageRgb8(picture.to_rgb8());
        picture
            .write_with_encoder(JpegEncoder::new_with_quality(&mut file, JPEG_QUALITY))
            .map_err(io::Error::other)?;
        file.flush()?;
        fs::rename(&part, place)
    });
    if written.is_err() {
        // The write error is reported; a leftover part does no harm.
        _ = fs::remove_file(&part);
    }
    written
}
