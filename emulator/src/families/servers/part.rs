//! What the parts of a server have in common: each is a document of its own below its place, and is made, read, replaced, turned
//! and deleted in the same way.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::is_turned;
use crate::{
    answer::{Answer, Refusal},
    families::Exchange,
    ids::Kind,
    route::Turn,
    store::Table,
};

/// What parts belong to: a server, or a policy of one.
pub(super) trait Place: Sized {
    /// The ids in a path that name it.
    type Path<'a>: Copy;

    fn find(x: &Exchange<'_>, path: Self::Path<'_>) -> Result<Self, Refusal>;

    /// Returns what the keys of its parts start with.
    fn prefix(&self) -> String;
}

/// One sort of part.
pub(super) trait Part: Serialize + DeserializeOwned {
    type Place: Place;
    const TABLE: Table;
    const KIND: Kind;
    /// What Okta calls it where there is none.
    const OBJECT: &'static str;

    fn id(&self) -> &str;

    /// Makes the part that the request describes; `before` is the one that it replaces.
    fn build(x: &mut Exchange<'_>, place: &Self::Place, id: String, before: Option<&Self>) -> Result<Self, Refusal>;

    fn render(&self, x: &Exchange<'_>, place: &Self::Place) -> Result<Value, Refusal>;

    /// Does what has to be done before the part goes, or refuses that it does.
    fn leave(&self, x: &mut Exchange<'_>, place: &Self::Place) -> Result<(), Refusal>;

    fn write(&self, x: &mut Exchange<'_>, place: &Self::Place) -> Result<(), Refusal> {
        x.tx.put(Self::TABLE, key::<Self>(place, self.id()), self)
    }
}

/// A part that is active or not.
pub(super) trait Lifecycle: Part {
    fn status(&self) -> &str;

    fn set_status(&mut self, status: &str, now: &str);
}

type Path<'a, P> = <<P as Part>::Place as Place>::Path<'a>;

fn key<P: Part>(place: &P::Place, id: &str) -> String {
    format!("{}{id}", place.prefix())
}

/// Returns the part that a path names.
pub(super) fn find<P: Part>(x: &Exchange<'_>, place: &P::Place, id: &str) -> Result<P, Refusal> {
    let found = x.tx.get(P::TABLE, &key::<P>(place, id))?;
    found.ok_or_else(|| Refusal::not_found(id, P::OBJECT))
}

pub(super) fn create<P: Part>(x: &mut Exchange<'_>, path: Path<'_, P>) -> Result<Answer, Refusal> {
    let place = P::Place::find(x, path)?;
    let id = x.tx.new_id(P::KIND);
    let part = P::build(x, &place, id, None)?;
    part.write(x, &place)?;
    Ok(Answer::created(part.render(x, &place)?))
}

pub(super) fn read<P: Part>(x: &Exchange<'_>, path: Path<'_, P>, id: &str) -> Result<Answer, Refusal> {
    let place = P::Place::find(x, path)?;
    Ok(Answer::ok(find::<P>(x, &place, id)?.render(x, &place)?))
}

pub(super) fn replace<P: Part>(x: &mut Exchange<'_>, path: Path<'_, P>, id: &str) -> Result<Answer, Refusal> {
    let place = P::Place::find(x, path)?;
    let before = find::<P>(x, &place, id)?;
    let part = P::build(x, &place, before.id().to_owned(), Some(&before))?;
    part.write(x, &place)?;
    Ok(Answer::ok(part.render(x, &place)?))
}

pub(super) fn delete<P: Part>(x: &mut Exchange<'_>, path: Path<'_, P>, id: &str) -> Result<Answer, Refusal> {
    let place = P::Place::find(x, path)?;
    let part = find::<P>(x, &place, id)?;
    part.leave(x, &place)?;
    x.tx.remove(P::TABLE, key::<P>(&place, part.id()));
    Ok(Answer::no_content())
}

pub(super) fn turn<P: Lifecycle>(x: &mut Exchange<'_>, path: Path<'_, P>, id: &str, turn: Turn) -> Result<Answer, Refusal> {
    let place = P::Place::find(x, path)?;
    let mut part = find::<P>(x, &place, id)?;
    if is_turned(x, part.status(), turn)? {
        part.set_status(turn.status(), &x.now);
        part.write(x, &place)?;
    }
    Ok(Answer::no_content())
}
