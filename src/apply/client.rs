//! Dynamically registered clients: what is looked at, what is expected of it, and where their secrets go.

use std::sync::PoisonError;

use super::answer::Answer;
use super::expect::{field_difference, not_seen};
use super::probe::{Seen, failed};
use super::step::{Done, Stop};
use super::{Failure, Run};
use crate::address::Kind;
use crate::observe;
use crate::observed::{LiveClient, Written};
use crate::program::{Expect, Probe, Step};
use crate::request::Request;
use crate::resource::jwk::key_id;
use crate::resource::table;

impl Run {
    /// Reads what a probe of a client, or of the file of its secret, is about.
    pub(super) async fn look_at_client(&self, probe: &Probe) -> Result<Seen, Stop> {
        let reader = self.writer.reader();
        match probe {
            Probe::Client(subject) => {
                let id = self.id(subject)?;
                match observe::client(reader, &id).await {
                    Ok(client) => Ok(Seen::Client(Some(Box::new(client)))),
                    Err(error) if error.is_not_found() => Ok(Seen::Client(None)),
                    Err(error) => Err(failed(format!("could not read the client {id}"), error)),
                }
            }
            Probe::FindClient { name } => {
                let listed = observe::clients_named(reader, name).await;
                let mut found = listed.map_err(|e| failed("could not look for the client in the list".to_owned(), e))?;
                if found.len() > 1 {
                    let ids: Vec<_> = found.iter().map(|client| client.id.to_string()).collect();
                    return Err(Stop::Refused(format!("several live clients fit what is to be made: {}", ids.join(", "))));
                }
                Ok(Seen::Client(found.pop().map(Box::new)))
            }
            Probe::SecretFile(file) => match self.options.outputs.look(file) {
                Written::There => Ok(Seen::SecretFile(true)),
                Written::Missing => Ok(Seen::SecretFile(false)),
                Written::Unusable(why) => Err(Stop::Refused(format!("the file `{file}` cannot hold a secret: {why}"))),
            },
            other => Err(Stop::Refused(format!("this is a bug in idpctl: {other:?} is about no client"))),
        }
    }

    /// Makes sure, before a client is made, that there is no file in which a secret of its would have to go.
    pub(super) fn must_be_unwritten(&self, step: &Step) -> Result<(), Stop> {
        let there = step.pre.iter().find_map(|expect| match (expect, &step.probe) {
            (Expect::SecretUnwritten(file), Probe::FindClient { .. }) => {
                Some(file).filter(|file| self.options.outputs.look(file) == Written::There)
            }
            _ => None,
        });
        there.map_or(Ok(()), |file| {
            let why = "it holds the secret of another client, or of one that is gone; delete it to have this client made";
            Err(Stop::Refused(format!("the file `{file}` is there, and the client is not: {why}")))
        })
    }

    /// Writes the secret that an answer holds to its file.
    pub(super) fn keep(&self, file: &str, request: &Request, answer: &Answer) -> Result<Done, Stop> {
        let Some(secret) = answer.made() else {
            let differences = vec!["the answer holds no secret; apply again to have another one made".to_owned()];
            return Err(Stop::Failed(Failure::NotAsAsked { request: request.to_string(), differences }));
        };
        let ready = self.reserved.lock().unwrap_or_else(PoisonError::into_inner).remove(file);
        let ready = ready.map_or_else(|| self.options.outputs.reserve(file), Ok);
        let kept = ready.and_then(|ready| ready.keep(secret));
        kept.map(|()| Done::Now).map_err(|source| Stop::Failed(Failure::NotKept { request: request.to_string(), source }))
    }
}

/// Returns what of a client differs from what is expected.
pub(super) fn client_difference(expect: &Expect, client: Option<&LiveClient>) -> Vec<String> {
    let client = match (expect, client) {
        (Expect::NoObject | Expect::KeyGone(_) | Expect::SecretUnwritten(_), None) => return Vec::new(),
        (_, None) => return vec!["the client is not there".to_owned()],
        (_, Some(client)) => client,
    };
    let difference = match expect {
        // That is looked for when the request is about to be sent.
        Expect::SecretUnwritten(_) => None,
        Expect::NoObject => Some(format!("the client {} is there already", client.id)),
        Expect::BodyIs(planned) => (client.fingerprint() != *planned)
            .then(|| format!("the client {} was changed since the plan was made; plan again to see how", client.id)),
        Expect::Fields(fields) => {
            return fields.iter().filter_map(|field| field_difference(table(Kind::Client), field, &client.body)).collect();
        }
        Expect::KeyGone(name) => client.keys().iter().any(|key| key_id(key) == *name).then(|| format!("the key `{name}` is there")),
        other => Some(not_seen(other)),
    };
    difference.into_iter().collect()
}
