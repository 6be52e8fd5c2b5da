//! Reads what a step is about.

use super::Run;
use super::step::Stop;
use crate::http::Error;
use crate::observe;
use crate::observed::{Id, LiveApp, LiveAssignment, LiveClient, LiveGrant, LivePart, LivePortal, LiveSecret};
use crate::program::{Probe, Subject};

/// What a probe saw.
#[derive(Debug, Clone)]
pub(super) enum Seen {
    /// The app, if there is one.
    App(Option<Box<LiveApp>>),
    /// The dynamically registered client, if there is one.
    Client(Option<Box<LiveClient>>),
    /// Whether the file of a client's secret is there.
    SecretFile(bool),
    /// The app's secrets.
    Secrets(Vec<LiveSecret>),
    /// The app's grants.
    Grants(Vec<LiveGrant>),
    /// The group's access to the app, if it has any.
    Assignment(Option<Box<LiveAssignment>>),
    /// The object of the portal, if there is one.
    Object(Option<Box<LivePortal>>),
    /// The authorization server, or the object of one, if there is one.
    Part(Option<Box<LivePart>>),
}

impl Run {
    /// Reads what a probe is about.
    pub(super) async fn look(&self, probe: &Probe) -> Result<Seen, Stop> {
        let reader = self.writer.reader();
        match probe {
            Probe::App(subject) => {
                let id = self.id(subject)?;
                match observe::app(reader, &id).await {
                    Ok(app) => Ok(Seen::App(Some(Box::new(app)))),
                    Err(error) if error.is_not_found() => Ok(Seen::App(None)),
                    Err(error) => Err(failed(format!("could not read the app {id}"), error)),
                }
            }
            Probe::Find { label, owner, client_id } => {
                let listed = observe::apps_labelled(reader, label).await;
                let listed = listed.map_err(|e| failed("could not look for the app in the list".to_owned(), e))?;
                let fits = |app: &LiveApp| {
                    let marked = app.marker.as_ref().is_some_and(|m| !m.superseded && Some(m.owner.to_string()) == *owner);
                    marked || client_id.as_ref().is_some_and(|id| *id == app.client_id)
                };
                let mut found: Vec<_> = listed.into_iter().filter(fits).collect();
                if found.len() > 1 {
                    let ids: Vec<_> = found.iter().map(|app| app.id.to_string()).collect();
                    return Err(Stop::Refused(format!("several live apps fit what is to be made: {}", ids.join(", "))));
                }
                Ok(Seen::App(found.pop().map(Box::new)))
            }
            Probe::Client(_) | Probe::FindClient { .. } | Probe::SecretFile(_) => self.look_at_client(probe).await,
            Probe::Secrets(subject) => {
                let id = self.id(subject)?;
                let secrets = observe::secrets(reader, &id).await;
                secrets.map(Seen::Secrets).map_err(|e| failed(format!("could not read the secrets of the app {id}"), e))
            }
            Probe::Grants(subject) => {
                let id = self.id(subject)?;
                let grants = observe::grants(reader, &id).await;
                grants.map(Seen::Grants).map_err(|e| failed(format!("could not read the grants of the app {id}"), e))
            }
            Probe::Assignment { app, group } => {
                let id = self.id(app)?;
                match observe::assignment(reader, &id, group).await {
                    Ok(assignment) => Ok(Seen::Assignment(Some(Box::new(assignment)))),
                    Err(error) if error.is_not_found() => Ok(Seen::Assignment(None)),
                    Err(error) => Err(failed(format!("could not read whether the group {group} has the app {id}"), error)),
                }
            }
            Probe::ByPath { kind, path } => {
                let path = self.path(path)?;
                match observe::portal_object(reader, *kind, &path).await {
                    Ok(object) => Ok(Seen::Object(Some(Box::new(object)))),
                    Err(error) if error.is_not_found() => Ok(Seen::Object(None)),
                    Err(error) => Err(failed(format!("could not read the {kind} at {path}"), error)),
                }
            }
            Probe::FindListed { kind, list, name, cid } => {
                let list = self.path(list)?;
                let listed = observe::portal_list(reader, *kind, &list).await;
                let listed = listed.map_err(|e| failed(format!("could not look for the {kind} in the list"), e))?;
                let fits = |object: &LivePortal| (cid.is_some() && object.cid == *cid) || object.name == *name;
                let mut found: Vec<_> = listed.into_iter().filter(fits).collect();
                if found.len() > 1 {
                    let ids: Vec<_> = found.iter().map(|object| object.id.to_string()).collect();
                    return Err(Stop::Refused(format!("several live objects fit what is to be made: {}", ids.join(", "))));
                }
                Ok(Seen::Object(found.pop().map(Box::new)))
            }
            Probe::PartByPath { part, path } => {
                let path = self.path(path)?;
                match observe::part_object(reader, *part, &path).await {
                    Ok(object) => Ok(Seen::Part(Some(Box::new(object)))),
                    Err(error) if error.is_not_found() => Ok(Seen::Part(None)),
                    Err(error) => Err(failed(format!("could not read the {} at {path}", part.as_str()), error)),
                }
            }
            Probe::FindPart { part, list, key } => {
                let list = self.path(list)?;
                let listed = observe::part_list(reader, *part, &list).await;
                let listed = listed.map_err(|e| failed(format!("could not look for the {} in the list", part.as_str()), e))?;
                let mut found: Vec<_> = listed.into_iter().filter(|object| object.key == *key).collect();
                if found.len() > 1 {
                    let ids: Vec<_> = found.iter().map(|object| object.id.to_string()).collect();
                    return Err(Stop::Refused(format!("several live objects fit what is to be made: {}", ids.join(", "))));
                }
                Ok(Seen::Part(found.pop().map(Box::new)))
            }
        }
    }

    /// Returns the id of the app that a subject stands for.
    pub(super) fn id(&self, subject: &Subject) -> Result<Id, Stop> {
        match subject {
            Subject::Id(id) => Ok(id.clone()),
            Subject::Slot(address) => self.bound(address).ok_or_else(|| Stop::Refused(format!("there is no live app for {address} yet"))),
        }
    }
}

pub(super) fn failed(doing: String, source: Error) -> Stop {
    Stop::Failed(super::Failure::Http { doing, source })
}

/// Returns whether a probe can recognise what a create would make.
pub(super) fn recognises(probe: &Probe) -> bool {
    !matches!(probe, Probe::Find { owner: None, client_id: None, .. })
}

/// Returns whether a probe reads a list, which may lag behind what was written; an object by its id does not.
pub(super) fn is_list(probe: &Probe) -> bool {
    match probe {
        Probe::Find { .. }
        | Probe::FindClient { .. }
        | Probe::Secrets(_)
        | Probe::Grants(_)
        | Probe::FindListed { .. }
        | Probe::FindPart { .. } => true,
        Probe::App(_)
        | Probe::Client(_)
        | Probe::SecretFile(_)
        | Probe::Assignment { .. }
        | Probe::ByPath { .. }
        | Probe::PartByPath { .. } => false,
    }
}
