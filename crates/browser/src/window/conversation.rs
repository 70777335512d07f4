//! The page's end of the conversation with the engine, whichever tab the engine runs in.
//!
//! Engines come and go: one may still be starting, another dies with its tab. What the person asked for must reach one
//! of them, so it is sent again to each new engine until one confirms it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::File;

use super::{HiddenFiles, KEPT, hear_handles};
use crate::Fault;
use crate::bindings::DirectoryHandle;
use crate::channel::{Channel, FromEngine, Message, ToEngine};

#[derive(Clone)]
pub struct Conversation(Rc<Inner>);

struct Inner {
    to: Channel,
    last_number: Cell<u32>,
    unconfirmed: RefCell<Vec<Said>>,
    /// The last known state of the device. Each new engine must know it before it uploads anything.
    seen: RefCell<[Option<ToEngine>; 2]>,
}

struct Said {
    number: u32,
    message: ToEngine,
    /// A value that cannot be serialized.
    attached: JsValue,
}

impl Conversation {
    /// Starts listening. `None` is a message of another version of Safelight.
    pub fn begin(mut hear: impl FnMut(Option<FromEngine>) + 'static) -> Result<Conversation, Fault> {
        let inner = Inner {
            to: Channel::to_engine()?,
            // A random start, so that the numbers of different tabs do not collide.
            last_number: Cell::new((js_sys::Math::random() * f64::from(u32::MAX)) as u32),
            unconfirmed: RefCell::default(),
            seen: RefCell::default(),
        };
        let conversation = Conversation(Rc::new(inner));
        let ours = conversation.clone();
        Channel::from_engine()?
            .listen(move |message: Option<Message<FromEngine>>| {
                let attached = message.as_ref().map(|message| message.attached.clone());
                match message.map(|message| message.body) {
                    Some(FromEngine::Started) => ours.say_again(),
                    Some(FromEngine::Confirmed(number)) => ours.forget(number),
                    Some(FromEngine::Handles) => hear_handles(&attached.unwrap_or_default()),
                    said => hear(said),
                }
            })
            .forget();
        conversation.say_hello();
        Ok(conversation)
    }

    pub fn say(&self, message: ToEngine) {
        self.say_with(message, JsValue::NULL);
    }

    pub fn add_folder(&self, handle: DirectoryHandle) {
        KEPT.with_borrow_mut(|kept| kept.push(handle.clone().unchecked_into()));
        self.say_with(ToEngine::AddFolder, handle.into());
    }

    pub fn add_files(&self, name: &str, files: &[(String, File)]) {
        self.say_with(ToEngine::AddFiles { name: name.into() }, pairs(files).into());
    }

    /// Tells which files a folder's own listing leaves out.
    pub fn tell_hidden(&self, folder: &DirectoryHandle, HiddenFiles { files, unread }: HiddenFiles) {
        let attached = Array::of2(folder, &pairs(&files));
        self.say_with(ToEngine::HiddenFound { unread }, attached.into());
    }

    fn say_with(&self, message: ToEngine, attached: JsValue) {
        match message {
            ToEngine::Fetching(_) => self.0.seen.borrow_mut()[0] = Some(message.clone()),
            ToEngine::Surroundings(_) => self.0.seen.borrow_mut()[1] = Some(message.clone()),
            ToEngine::Hello
            | ToEngine::Intent(_)
            | ToEngine::Rows { .. }
            | ToEngine::AddFolder
            | ToEngine::AddFiles { .. }
            | ToEngine::HiddenFound { .. }
            | ToEngine::Regranted(_)
            | ToEngine::Restart
            | ToEngine::Runs
            | ToEngine::Incidents
            | ToEngine::Handles
            | ToEngine::Largest => {}
        }
        let number = self.0.last_number.get().wrapping_add(1);
        self.0.last_number.set(number);
        self.send(number, &message, &attached);
        self.0.unconfirmed.borrow_mut().push(Said { number, message, attached });
    }

    fn say_hello(&self) {
        self.send(0, &ToEngine::Hello, &JsValue::NULL);
        self.send(0, &ToEngine::Handles, &JsValue::NULL);
    }

    /// A new engine is listening: send everything again, in the original order.
    fn say_again(&self) {
        self.say_hello();
        for seen in self.0.seen.borrow().iter().flatten() {
            self.send(0, seen, &JsValue::NULL);
        }
        for Said { number, message, attached } in &*self.0.unconfirmed.borrow() {
            self.send(*number, message, attached);
        }
    }

    fn forget(&self, number: u32) {
        self.0.unconfirmed.borrow_mut().retain(|said| said.number != number);
    }

    fn send(&self, number: u32, message: &ToEngine, attached: &JsValue) {
        if let Err(fault) = self.0.to.send_numbered(number, message, attached) {
            web_sys::console::error_1(&fault.to_string().into());
        }
    }
}

fn pairs(files: &[(String, File)]) -> Array {
    files.iter().map(|(path, file)| Array::of2(&path.into(), file)).collect()
}
