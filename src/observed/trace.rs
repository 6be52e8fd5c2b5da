//! By which entries of the System Log something is known: what they are about, and what they name.
//!
//! What is there is known by its id, what is gone by its name and by that of what it stood under. Nothing is told from an address: whoever
//! knows the live object makes its trace.

use super::Id;
use super::event::{Event, EventTarget};
use super::live::LiveGrant;
use super::touched::{Deed, Touched, event_type, touched};
use crate::resource::authorization_server::Part;

/// The clues to what touched one thing, or one part of it. Without any, nothing in the log is about it.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Trace {
    /// The clues, the best first: of those that no entry fits, the next one counts.
    pub clues: Vec<Clue>,
    /// Who made it, where the object itself says so.
    pub made_by: Option<String>,
}

/// What entries are about, and what they must name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Clue {
    /// What was touched, and what was done to it.
    about: Vec<(Touched, &'static [Deed])>,
    /// The thing itself.
    own: Named,
    /// What it stands under, the nearest first.
    under: Vec<Named>,
    /// Whether an entry may name it without what it stands under.
    alone: bool,
    /// In which collection its requests name it, if one that is about a sibling does not count: that one is moved along leaves entries, too.
    within: Option<&'static str>,
    /// What the type of no target may have in it, because it would be about another sort of thing.
    but: Option<&'static str>,
}

/// What something is called at the server. One of the ids suffices, or one of the names.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Named {
    ids: Vec<String>,
    names: Vec<String>,
}

/// One condition of a query: events that have a target with an id, or with a name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Term {
    /// By its id.
    Id(String),
    /// By what it is called.
    Name(String),
}

const ANY: &[Deed] = &[Deed::Made, Deed::Changed, Deed::Activated, Deed::Deactivated, Deed::Removed];
const WRITTEN: &[Deed] = &[Deed::Made, Deed::Changed];
const TURNED: &[Deed] = &[Deed::Made, Deed::Activated, Deed::Deactivated];
const REMOVED: &[Deed] = &[Deed::Removed];
/// Rules and policies are turned on and off by PUT, too.
const TURNED_OR_WRITTEN: &[Deed] = &[Deed::Made, Deed::Changed, Deed::Activated, Deed::Deactivated];

/// What of an object departs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aspect {
    /// What PUT replaces.
    Body,
    /// Whether it is in force.
    Status,
    /// Where it stands among its siblings: what happens to them moves it as well.
    Priority,
    /// An app's access policy.
    AccessPolicy,
    /// A client's public keys.
    Keys,
    /// That it is there at all.
    Being,
}

impl Trace {
    fn of(clues: Vec<Clue>) -> Self {
        Self { clues, made_by: None }
    }

    /// Returns the trace of an app, or of a client, that is there.
    pub fn app(id: &Id, client_id: &str, aspect: Aspect) -> Self {
        let own = Named::ids([&id.0, client_id]);
        let about = match aspect {
            Aspect::Body | Aspect::Priority => vec![(Touched::App, WRITTEN)],
            Aspect::Status => vec![(Touched::App, TURNED)],
            Aspect::AccessPolicy => vec![(Touched::AccessPolicy, ANY), (Touched::App, &[Deed::Made])],
            Aspect::Keys => vec![(Touched::Credentials, ANY), (Touched::App, WRITTEN)],
            Aspect::Being => vec![(Touched::App, ANY)],
        };
        let clue = Clue { but: (aspect == Aspect::Keys).then_some("Secret"), ..Clue::new(about, own.clone()) };
        // What is told of access policies differs from org to org.
        let next = (aspect == Aspect::AccessPolicy).then(|| Clue::new(vec![(Touched::App, WRITTEN)], own));
        Self::of([clue].into_iter().chain(next).collect())
    }

    /// Returns the trace of an app, or of a client, that is not there.
    pub fn gone_app(client_id: Option<&str>, label: Option<&str>) -> Self {
        let own = Named { ids: client_id.map(str::to_owned).into_iter().collect(), names: label.map(str::to_owned).into_iter().collect() };
        // One that is not recognised any more, because somebody's PUT erased its mark, is still called so.
        let erased = Clue::new(vec![(Touched::App, WRITTEN)], own.clone());
        Self::of(vec![Clue::new(vec![(Touched::App, REMOVED)], own), erased])
    }

    /// Returns the trace of a secret; without its id, that of one that is not there.
    pub fn secret(client: &[&str], id: Option<&str>) -> Self {
        Self::credential(client, id.as_slice(), "Key")
    }

    /// Returns the trace of a public key that is there, by its ids.
    pub fn key(client: &[&str], ids: &[&str]) -> Self {
        Self::credential(client, ids, "Secret")
    }

    fn credential(client: &[&str], ids: &[&str], but: &'static str) -> Self {
        let deeds = if ids.is_empty() { REMOVED } else { ANY };
        let clue = Clue::new(vec![(Touched::Credentials, deeds)], Named::ids(ids.iter().copied()));
        Self::of(vec![Clue { but: Some(but), ..clue.under(Named::ids(client.iter().copied())) }])
    }

    /// Returns the trace of a grant that is there.
    pub fn grant(client: &[&str], live: &LiveGrant) -> Self {
        let own = Named { names: vec![live.scope.clone()], ..Named::default() };
        let clue = Clue::new(vec![(Touched::Grants, ANY)], own).under(Named::ids(client.iter().copied()));
        Self { made_by: live.created_by.clone(), ..Self::of(vec![clue]) }
    }

    /// Returns the trace of a grant that is not there.
    pub fn gone_grant(client: &[&str], scope: &str) -> Self {
        let own = Named { names: vec![scope.to_owned()], ..Named::default() };
        Self::of(vec![Clue::new(vec![(Touched::Grants, REMOVED)], own).under(Named::ids(client.iter().copied()))])
    }

    /// Returns the trace of a group's access to an app that is there.
    pub fn assignment(client: &[&str], group: &str, aspect: Aspect) -> Self {
        let about = vec![(Touched::Assignments, if aspect == Aspect::Being { ANY } else { WRITTEN })];
        let own = Clue::new(about, Named::ids([group])).under(Named::ids(client.iter().copied()));
        let own = Clue { within: (aspect != Aspect::Priority).then_some("groups"), ..own };
        let siblings = Clue::new(vec![(Touched::Assignments, ANY)], Named::default()).under(Named::ids(client.iter().copied()));
        Self::of([own].into_iter().chain((aspect == Aspect::Priority).then_some(siblings)).collect())
    }

    /// Returns the trace of a group's access to an app that is not there.
    pub fn gone_assignment(client: &[&str], group: &str) -> Self {
        Self::of(vec![Clue::new(vec![(Touched::Assignments, REMOVED)], Named::ids([group])).under(Named::ids(client.iter().copied()))])
    }

    /// Returns the trace of an authorization server or a part of one that is there; `under` has the ids of policy and server.
    pub fn part(part: Part, id: &Id, under: &[&Id], aspect: Aspect) -> Self {
        let deeds = match aspect {
            Aspect::Status if matches!(part, Part::Policy | Part::Rule) => TURNED_OR_WRITTEN,
            Aspect::Status => TURNED,
            Aspect::Being => ANY,
            _ => WRITTEN,
        };
        let collection = match part {
            Part::Policy => Some("policies"),
            Part::Rule => Some("rules"),
            Part::Server | Part::Scope | Part::Claim => None,
        };
        let within = collection.filter(|_| aspect != Aspect::Priority);
        let own = Clue { within, ..Clue::of_part(part, deeds, Named::ids([id.0.as_str()]), under) };
        let siblings = Clue { alone: false, ..Clue::of_part(part, ANY, Named::default(), under) };
        Self::of([own].into_iter().chain((aspect == Aspect::Priority).then_some(siblings)).collect())
    }

    /// Returns the trace of one that is not there.
    pub fn gone_part(part: Part, name: &str, under: &[&Id]) -> Self {
        let own = Named { names: vec![name.to_owned()], ..Named::default() };
        Self::of(vec![Clue::of_part(part, REMOVED, own, under)])
    }

    /// Returns what has to be asked for, to have every entry that may fit.
    pub fn terms(&self) -> impl Iterator<Item = Term> {
        self.clues.iter().flat_map(Clue::terms)
    }

    /// Returns those of some entries that fit, by the best clue that any of them fits.
    pub fn among<'e>(&self, events: &'e [Event]) -> Vec<&'e Event> {
        let found = self.clues.iter().map(|clue| events.iter().filter(|event| clue.fits(event)).collect::<Vec<_>>());
        found.into_iter().find(|found| !found.is_empty()).unwrap_or_default()
    }
}

impl Clue {
    fn new(about: Vec<(Touched, &'static [Deed])>, own: Named) -> Self {
        Self { about, own, under: Vec::new(), alone: false, within: None, but: None }
    }

    fn under(self, parent: Named) -> Self {
        Self { under: [self.under, vec![parent]].concat(), ..self }
    }

    fn of_part(part: Part, deeds: &'static [Deed], own: Named, under: &[&Id]) -> Self {
        let touched = match part {
            Part::Server => Touched::Server,
            Part::Scope => Touched::Scope,
            Part::Claim => Touched::Claim,
            Part::Policy => Touched::Policy,
            Part::Rule => Touched::Rule,
        };
        let under = under.iter().map(|id| Named::ids([id.0.as_str()])).collect();
        Self { alone: true, under, ..Self::new(vec![(touched, deeds)], own) }
    }

    fn terms(&self) -> Vec<Term> {
        let Self { about: _, own, under, alone, within: _, but: _ } = self;
        let own = Some(own).filter(|_| under.is_empty() || *alone);
        own.into_iter().chain(under.first()).flat_map(Named::terms).collect()
    }

    /// Tells whether an entry is about it. Of a type that nobody knows it is assumed.
    fn fits(&self, event: &Event) -> bool {
        let Self { about, own, under, alone: _, within: _, but } = self;
        let is_about = match touched(&event.kind) {
            Touched::Nothing => false,
            Touched::Unknown => true,
            of => event_type(&event.kind).is_some_and(|known| about.iter().any(|(what, deeds)| *what == of && deeds.contains(&known.deed))),
        };
        let is_other = but.is_some_and(|word| event.targets.iter().any(|target| target.kind.contains(word)));
        let named: Vec<_> = [own].into_iter().chain(under).filter(|named| !named.is_empty()).map(|named| named.is_among(event)).collect();
        // Which targets Okta's entries of OAuth objects have is not documented (okta-api.md, section 12): one that names a single thing is
        // about whatever that is, or stands above.
        let is_named = named.iter().all(|is| *is) || (event.targets.len() == 1 && named.contains(&true));
        event.succeeded && is_about && !is_other && is_named && !self.is_moved_along(event)
    }

    /// Tells whether an entry is there only because of a request that is about a sibling.
    fn is_moved_along(&self, event: &Event) -> bool {
        let Some((collection, path)) = self.within.zip(event.path.as_deref()).filter(|_| !self.own.ids.is_empty()) else { return false };
        let mut segments = path.split('/').skip_while(|segment| *segment != collection).skip(1);
        let is_collection = path.split('/').any(|segment| segment == collection);
        match segments.next() {
            Some(id) => !self.own.ids.iter().any(|own| own == id),
            None => is_collection && event_type(&event.kind).is_some_and(|known| known.deed != Deed::Made),
        }
    }
}

impl Named {
    fn ids<'a>(ids: impl IntoIterator<Item = &'a str>) -> Self {
        let mut known = Self::default();
        for id in ids {
            if !known.ids.iter().any(|other| other == id) {
                known.ids.push(id.to_owned());
            }
        }
        known
    }

    fn is_empty(&self) -> bool {
        self.ids.is_empty() && self.names.is_empty()
    }

    fn is_among(&self, event: &Event) -> bool {
        let Self { ids, names } = self;
        let is = |target: &EventTarget| {
            let called = |name: &String| target.name.as_ref() == Some(name) || target.id == *name;
            ids.contains(&target.id) || names.iter().any(called)
        };
        event.targets.iter().any(is)
    }

    fn terms(&self) -> impl Iterator<Item = Term> {
        let ids = self.ids.iter().cloned().map(Term::Id);
        ids.chain(self.names.iter().cloned().map(Term::Name))
    }
}
