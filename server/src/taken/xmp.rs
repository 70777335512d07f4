//! The dates in XMP, in a file or in a sidecar beside it.

use quick_xml::NsReader;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};

const EXIF: &str = "http://ns.adobe.com/exif/1.0/";
const PHOTOSHOP: &str = "http://ns.adobe.com/photoshop/1.0/";
const BASIC: &str = "http://ns.adobe.com/xap/1.0/";
/// More than any program declares.
const MOST_NAMESPACES: usize = 256;
const MOST_EVENTS: usize = 50_000;

/// As they are written, not yet read as dates.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Xmp {
    /// `exif:DateTimeOriginal`.
    pub original: Option<String>,
    /// `photoshop:DateCreated`.
    pub created: Option<String>,
    /// `xmp:CreateDate`.
    pub digitized: Option<String>,
}

impl Xmp {
    fn field(&mut self, namespace: &ResolveResult<'_>, name: &str) -> Option<&mut Option<String>> {
        let ResolveResult::Bound(Namespace(namespace)) = namespace else { return None };
        match (*namespace, name) {
            (EXIF, "DateTimeOriginal") => Some(&mut self.original),
            (PHOTOSHOP, "DateCreated") => Some(&mut self.created),
            (BASIC, "CreateDate") => Some(&mut self.digitized),
            _ => None,
        }
    }
}

/// What can be read of it: whatever stands before a mistake counts.
pub(super) fn read(bytes: &[u8]) -> Xmp {
    let text = String::from_utf8_lossy(bytes);
    let mut reader = NsReader::from_str(text.trim_matches(['\0', '\u{feff}']));
    reader.resolver_mut().set_max_namespace_bindings(MOST_NAMESPACES);
    let mut found = Xmp::default();
    let mut inside: Option<BytesStart<'_>> = None;
    for _ in 0..MOST_EVENTS {
        match reader.read_event() {
            Ok(Event::Start(start)) => {
                attributes(&reader, &start, &mut found);
                inside = Some(start);
            }
            Ok(Event::Empty(start)) => attributes(&reader, &start, &mut found),
            Ok(Event::Text(text)) => {
                if let Some(start) = &inside {
                    let (namespace, name) = reader.resolver().resolve_element(start.name());
                    if let Some(field) = found.field(&namespace, name.as_ref()) {
                        field.get_or_insert_with(|| text.into_inner().into_owned());
                    }
                }
            }
            Ok(Event::End(_)) => inside = None,
            Ok(Event::Eof) | Err(_) => break,
            Ok(Event::CData(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_))
            | Ok(Event::GeneralRef(_)) => {}
        }
    }
    found
}

fn attributes(reader: &NsReader<&[u8]>, start: &BytesStart<'_>, found: &mut Xmp) {
    // Repeated names are a mistake that costs nothing here, and looking for them takes quadratic time.
    for attribute in start.attributes().with_checks(false).flatten() {
        let (namespace, name) = reader.resolver().resolve_attribute(attribute.key);
        if let Some(field) = found.field(&namespace, name.as_ref()) {
            field.get_or_insert_with(|| attribute.value.into_owned());
        }
    }
}
