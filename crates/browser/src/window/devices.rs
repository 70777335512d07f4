//! The browsers that are paired with the same server, as the server lists them. Only a Safelight server has such a
//! list.

use engine::Moment;
use protocol::safelight::Session;

use crate::moment_of;
use crate::server::SERVER;

/// A paired browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    pub id: String,
    pub name: String,
    pub last_used: Moment,
    /// The device that asks.
    pub is_this: bool,
}

/// None if there is no answer.
pub async fn devices() -> Option<Vec<Device>> {
    Some(SERVER.sessions().await?.into_iter().map(Device::from).collect())
}

/// Revokes its session. True if the session has ended, now or earlier.
pub async fn revoke(device: &str) -> bool {
    SERVER.end_session(device).await
}

impl From<Session> for Device {
    fn from(session: Session) -> Device {
        Device {
            last_used: moment_of(&session.last_used_at),
            id: session.id,
            name: session.device_name,
            is_this: session.current,
        }
    }
}
