//! One answer of the forge after the other to what is asked next, until there is exactly one comment of a name, and it bears a text.
//!
//! # Guarantees
//!
//! - A comment is changed or removed only if its author is whoever the token belongs to. Where the forge does not say who that is (an app's token at
//!   GitHub), people are nobody: only programs' comments are tried, what the forge does not let us edit is somebody else's, and what bears the text already
//!   is left as it is. The marker itself
//!   proves nothing: anybody can write it, and whoever wrote a comment can change it after us.
//! - Of several runs at once, each ends with the same one comment. Whoever makes a comment looks again afterwards, and the oldest stays: nobody
//!   removes a comment but for an older one that it has seen, so the oldest is never removed; and whoever made a younger one sees the oldest, which
//!   was there before, and removes its own. A run that was killed in between leaves two, which the next run makes one.
//! - A comment is made only after a look that found none, also when it is not known whether an earlier attempt made one.

use super::{Comment, Marker};

/// What is asked of the forge. Nothing else is ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ask {
    /// Who are we?
    Who,
    /// Which comments bear the marker?
    List,
    /// Make one.
    Create,
    /// Give one the text.
    Edit(u64),
    /// Remove one.
    Delete(u64),
}

/// What the forge answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// We are this one, or it does not say.
    Me(Option<u64>),
    /// These bear the marker.
    List(Vec<Comment>),
    /// It is made.
    Made(Comment),
    /// It may have been made, or not.
    Unsure,
    /// It has the text.
    Edited,
    /// It is gone, whoever removed it.
    Deleted,
    /// That is not ours to change, or is not there.
    NotOurs,
}

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turn {
    /// Ask this, after the pause that follows so many failures.
    Ask(Ask, u32),
    /// There is one comment.
    Done(Outcome),
    /// The forge did not say often enough whether a comment was made.
    GiveUp,
}

/// What became of the comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// It is new.
    Created,
    /// It has another text than before.
    Edited,
    /// It had this text.
    Unchanged,
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Outcome {
    /// What became of the comment.
    pub what: What,
    /// The comment; its text may be the one that it had before.
    pub comment: Comment,
    /// Others of ours that the forge did not let us remove.
    pub left: Vec<u64>,
}

/// How often a list that does not show what was just made is asked for again.
const STALE: u32 = 4;
/// How often it may remain open whether a comment was made.
const UNSURE: u32 = 3;

/// A run's side of the conversation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Talk {
    marker: Marker,
    text: String,
    me: Option<u64>,
    made: Option<Comment>,
    stale: u32,
    unsure: u32,
    /// Comments that may be the one, oldest first.
    candidates: Vec<Comment>,
    /// The comment that stays, once that is decided, and the ids of those that go.
    kept: Option<(Outcome, Vec<u64>)>,
}

impl Talk {
    /// Begins about a comment of a name and its text, which bears the marker already. [`Ask::Who`] is the first question.
    pub fn new(marker: Marker, text: String) -> Self {
        Self { marker, text, me: None, made: None, stale: 0, unsure: 0, candidates: Vec::new(), kept: None }
    }

    /// Returns the text that the comment shall have.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Takes an answer, and says what comes next.
    pub fn hear(&mut self, heard: Heard) -> Turn {
        match heard {
            Heard::Me(me) => {
                self.me = me;
                Turn::Ask(Ask::List, 0)
            }
            Heard::List(comments) => self.look(comments),
            Heard::Made(comment) => {
                self.me = comment.author;
                self.made = Some(comment);
                Turn::Ask(Ask::List, 0)
            }
            Heard::Unsure if self.unsure + 1 == UNSURE => Turn::GiveUp,
            Heard::Unsure => {
                self.unsure += 1;
                Turn::Ask(Ask::List, self.unsure)
            }
            Heard::Edited => self.keep(What::Edited),
            Heard::Deleted => self.tidy(),
            Heard::NotOurs => match &mut self.kept {
                None => {
                    self.candidates.remove(0);
                    self.choose()
                }
                Some((outcome, rest)) => {
                    outcome.left.push(rest.remove(0));
                    self.remove()
                }
            },
        }
    }

    fn look(&mut self, mut comments: Vec<Comment>) -> Turn {
        comments.retain(|comment| self.marker.marks(&comment.body) && self.may_be_ours(comment));
        comments.sort();
        // What was made may have been removed by another run, which had seen an older one. If neither is there, the list is from before.
        if let Some(made) = &self.made
            && comments.iter().all(|comment| comment.id > made.id)
        {
            if self.stale < STALE {
                self.stale += 1;
                return Turn::Ask(Ask::List, self.stale);
            }
            // Somebody removed it. Where there are others of ours, one of those stays; where there are none, it was not for us to say so.
            if comments.is_empty() {
                comments.push(made.clone());
            }
        }
        self.candidates = comments;
        self.choose()
    }

    fn may_be_ours(&self, comment: &Comment) -> bool {
        match self.me {
            Some(me) => comment.author == Some(me),
            None => comment.author.is_some() && comment.by_program,
        }
    }

    /// Settles on the oldest of those that may be the one.
    fn choose(&mut self) -> Turn {
        let made = self.made.as_ref().map(|made| made.id);
        match self.candidates.first() {
            Some(oldest) if Some(oldest.id) == made => self.keep(What::Created),
            Some(oldest) if same(&oldest.body, &self.text) => self.keep(What::Unchanged),
            Some(oldest) => Turn::Ask(Ask::Edit(oldest.id), 0),
            None => Turn::Ask(Ask::Create, 0),
        }
    }

    /// Keeps the oldest, and removes the same author's others.
    fn keep(&mut self, what: What) -> Turn {
        let comment = self.candidates.remove(0);
        let others = self.candidates.iter().filter(|other| other.author == comment.author);
        let others = others.map(|other| other.id).collect();
        self.kept = Some((Outcome { what, comment, left: Vec::new() }, others));
        self.remove()
    }

    fn tidy(&mut self) -> Turn {
        if let Some((_, rest)) = &mut self.kept {
            rest.remove(0);
        }
        self.remove()
    }

    fn remove(&mut self) -> Turn {
        match &self.kept {
            Some((outcome, rest)) => rest.first().map_or_else(|| Turn::Done(outcome.clone()), |id| Turn::Ask(Ask::Delete(*id), 0)),
            None => Turn::GiveUp,
        }
    }
}

/// Tells whether a comment has a text already. Forges take carriage returns and white space at the end away when they store one.
fn same(stored: &str, text: &str) -> bool {
    let lines = |text: &'_ str| text.trim_end().replace('\r', "");
    lines(stored) == lines(text)
}
