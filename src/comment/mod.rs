//! A text becomes the one comment of a pull request or merge request: the side of it that sends.
//!
//! [`surroundings`] finds out from the pipeline's own variables where it belongs. What is asked is for [`Talk`] to say; each question is put to
//! the forge until it is answered or given up. The token is sent to the API's own origin and nowhere else, and is in no text.

mod advice;
mod api;
mod client;
mod error;
mod limit;
mod surroundings;

pub use advice::advice;
pub use api::{ApiUrl, ApiUrlError};
pub use client::Client;
pub use error::{Error, Kind};
pub use surroundings::{Missing, Surroundings, Wish, surroundings};

use serde_json::Value;
use tokio::time::sleep;

use crate::forge::{self, Ask, Heard, Marker, Outcome, Talk, Thread, Turn};

/// Makes a text, which bears the marker already, the one comment of its name.
pub async fn post(client: &Client, thread: &Thread, marker: &Marker, text: String) -> Result<Outcome, Error> {
    let mut talk = Talk::new(marker.clone(), text);
    let mut turn = Turn::Ask(Ask::Who, 0);
    let mut unsure = None;
    loop {
        match turn {
            Turn::Ask(ask, failures) => {
                if failures > 0 {
                    sleep(client.pause(failures)).await;
                }
                let heard = put(client, thread, marker, ask, talk.text()).await;
                turn = talk.hear(heard.or_else(|error| match ask {
                    Ask::Create if error.is_ambiguous() && !client.is_over() => {
                        unsure = Some(error);
                        Ok(Heard::Unsure)
                    }
                    _ => Err(error),
                })?);
            }
            Turn::Done(outcome) => return Ok(outcome),
            Turn::GiveUp => return Err(unsure.expect("only answers that leave it open make it give up")),
        }
    }
}

/// Puts one question to the forge.
async fn put(client: &Client, thread: &Thread, marker: &Marker, ask: Ask, text: &str) -> Result<Heard, Error> {
    match ask {
        Ask::Who => match client.send(&thread.who()).await {
            Ok(answer) => answer.read("somebody with an id", |answer| forge::user(answer).map(|id| Heard::Me(Some(id)))),
            // A token of an app, such as that of a GitHub job, is nobody's, and GitHub does not say which app's it is.
            Err(error) if thread.forge() == forge::Forge::GitHub && error.is_refusal() => Ok(Heard::Me(None)),
            Err(error) => Err(error),
        },
        Ask::List => {
            let keep = |answer: &Value| forge::comments(answer, |comment| marker.marks(&comment.body));
            client.all(&thread.list(), "a list of comments", keep).await.map(Heard::List)
        }
        Ask::Create => {
            let request = thread.create(text);
            client.send(&request).await?.read("a comment", |answer| forge::comment(answer).map(Heard::Made))
        }
        Ask::Edit(id) => match client.send(&thread.edit(id, text)).await {
            Ok(_) => Ok(Heard::Edited),
            Err(error) if error.is_refusal() => Ok(Heard::NotOurs),
            Err(error) => Err(error),
        },
        Ask::Delete(id) => match client.send(&thread.delete(id)).await {
            Ok(_) => Ok(Heard::Deleted),
            Err(error) if error.is_missing() => Ok(Heard::Deleted),
            Err(error) if error.is_refusal() => Ok(Heard::NotOurs),
            Err(error) => Err(error),
        },
    }
}
