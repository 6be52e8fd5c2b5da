//! A document's text to where everything in it stands: values, names, dashes and colons, to the byte.
//!
//! The parser tells what there is; of where it ends it tells too much (blanks and comments behind quotes and brackets) or too little
//! (indicators of block texts, dashes), so the ends are found here, by going through what stands between two values.

use std::iter::Peekable;
use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle};

use super::lines::line_end;
use crate::json::{Path, Step};

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Nothing is: null.
    Empty,
    Plain,
    Single,
    Double,
    /// A text line by line, below `|` or `>`.
    Lines,
    FlowList,
    FlowMap,
    /// A member without braces in a list with brackets.
    Pair,
    BlockList,
    BlockMap,
}

/// A value.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) form: Form,
    /// From its first to behind its last character; of nothing, where it would be written.
    pub(super) span: Range<usize>,
    /// The members or items of a collection.
    pub(super) entries: Vec<Entry>,
}

/// A member or an item of a collection.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// Where it begins: at its name, its dash or, in brackets, its value.
    pub(super) start: usize,
    /// The name of a member.
    pub(super) name: Option<String>,
    /// Behind its colon or dash; where its value begins if it has neither.
    pub(super) mark: usize,
    pub(super) node: Node,
}

impl Node {
    pub(super) fn is_flow(&self) -> bool {
        matches!(self.form, Form::FlowList | Form::FlowMap | Form::Pair)
    }

    pub(super) fn is_block(&self) -> bool {
        matches!(self.form, Form::BlockList | Form::BlockMap)
    }

    /// Returns the number of a member or item.
    pub(super) fn place(&self, step: &Step) -> Option<usize> {
        match step {
            Step::Key(name) => self.entries.iter().position(|entry| entry.name.as_deref() == Some(name)),
            Step::Index(index) => self.entries.get(*index).filter(|entry| entry.name.is_none()).map(|_| *index),
        }
    }

    /// Returns the collections that a path leads through, each with the number of the entry that it goes into; `None` if it leads nowhere.
    pub(super) fn way(&self, path: &Path) -> Option<Vec<(&Self, usize)>> {
        let mut way = Vec::new();
        let mut at = self;
        for step in path.steps() {
            let place = at.place(step)?;
            way.push((at, place));
            at = &at.entries[place].node;
        }
        Some(way)
    }
}

impl Entry {
    pub(super) fn end(&self) -> usize {
        self.node.span.end.max(self.mark)
    }
}

/// Returns the layout of a document that the strict reader has read; `None` if nothing is written in it, or if it is in a form that is not
/// understood here.
pub(super) fn layout(text: &str) -> Option<Node> {
    let bytes: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let at = |index: usize| bytes[index.min(bytes.len() - 1)];
    let events = Parser::new_from_str(text).map(|event| event.map(|(event, span)| (event, at(span.start.index())..at(span.end.index()))));
    let events: Vec<_> = events.collect::<Result<_, _>>().ok()?;
    let mut events = events.into_iter().peekable();
    while events.next_if(|(event, _)| matches!(event, Event::StreamStart | Event::DocumentStart(_))).is_some() {}
    let cursor = text.strip_prefix("---").map_or(0, |_| 3);
    let mut surveyor = Surveyor { text, events, cursor };
    let root = surveyor.node(false)?;
    (root.form != Form::Empty).then_some(root)
}

struct Surveyor<'t, E: Iterator<Item = (Event<'t>, Range<usize>)>> {
    text: &'t str,
    events: Peekable<E>,
    /// Behind what has been gone through.
    cursor: usize,
}

impl<'t, E: Iterator<Item = (Event<'t>, Range<usize>)>> Surveyor<'t, E> {
    /// Goes through a value; the cursor is behind the colon or dash before it.
    fn node(&mut self, in_flow: bool) -> Option<Node> {
        let (event, at) = self.events.next()?;
        if matches!(event, Event::SequenceStart(..) | Event::MappingStart(..)) {
            self.skip(&[]);
        }
        let begins = |bracket: char| self.text[self.cursor..].starts_with(bracket);
        let node = match event {
            Event::Scalar(text, ScalarStyle::Plain, ..) if text.is_empty() => leaf(Form::Empty, self.cursor..self.cursor),
            Event::Scalar(_, ScalarStyle::Plain, ..) => {
                let end = at.start + self.text[at.clone()].trim_end().len();
                leaf(Form::Plain, at.start..end)
            }
            Event::Scalar(_, ScalarStyle::SingleQuoted, ..) => leaf(Form::Single, at.start..self.quoted(at.start)?),
            Event::Scalar(_, ScalarStyle::DoubleQuoted, ..) => leaf(Form::Double, at.start..self.quoted(at.start)?),
            Event::Scalar(_, ScalarStyle::Literal | ScalarStyle::Folded, ..) => self.lines(at.end),
            Event::SequenceStart(..) if begins('[') => self.flow(Form::FlowList)?,
            Event::MappingStart(..) if begins('{') => self.flow(Form::FlowMap)?,
            Event::MappingStart(..) if in_flow => self.pair()?,
            Event::SequenceStart(..) => self.block(Form::BlockList)?,
            Event::MappingStart(..) => self.block(Form::BlockMap)?,
            _ => return None,
        };
        self.cursor = node.span.end;
        Some(node)
    }

    /// Goes through a collection in brackets.
    fn flow(&mut self, form: Form) -> Option<Node> {
        let start = self.cursor;
        self.cursor += 1;
        let mut entries = Vec::new();
        while !self.ends() {
            self.skip(&[',']);
            entries.push(if form == Form::FlowMap { self.member(true)? } else { self.flow_item()? });
        }
        self.skip(&[',']);
        let end = self.cursor + 1;
        self.events.next()?;
        Some(Node { form, span: start..end, entries })
    }

    fn pair(&mut self) -> Option<Node> {
        let entry = self.member(true)?;
        self.events.next().filter(|(event, _)| matches!(event, Event::MappingEnd))?;
        Some(Node { form: Form::Pair, span: entry.start..entry.end(), entries: vec![entry] })
    }

    fn flow_item(&mut self) -> Option<Entry> {
        let start = self.cursor;
        let node = self.node(true)?;
        Some(Entry { start, name: None, mark: start, node })
    }

    /// Goes through a collection of which each entry has lines of its own.
    fn block(&mut self, form: Form) -> Option<Node> {
        let mut entries = Vec::new();
        while !self.ends() {
            self.skip(&[]);
            entries.push(if form == Form::BlockMap { self.member(false)? } else { self.item()? });
        }
        self.events.next()?;
        let (first, last) = (entries.first()?, entries.last()?);
        Some(Node { form, span: first.start..last.end(), entries })
    }

    fn item(&mut self) -> Option<Entry> {
        let start = self.cursor;
        self.eat('-').then_some(())?;
        let mark = self.cursor;
        let node = self.node(false)?;
        Some(Entry { start, name: None, mark, node })
    }

    fn member(&mut self, in_flow: bool) -> Option<Entry> {
        let (event, at) = self.events.next()?;
        let Event::Scalar(name, style, ..) = event else { return None };
        // Of an explicit key, the question mark is where the member begins, and the colon may be on another line.
        let is_explicit = self.cursor < at.start && self.text[self.cursor..].starts_with('?');
        let start = if is_explicit { self.cursor } else { at.start };
        self.cursor = match style {
            ScalarStyle::Plain => at.start + self.text[at.clone()].trim_end().len(),
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => self.quoted(at.start)?,
            ScalarStyle::Literal | ScalarStyle::Folded => return None,
        };
        let behind = self.cursor;
        self.skip(&[]);
        if !self.eat(':') {
            self.cursor = behind;
        }
        let mark = self.cursor;
        let node = self.node(in_flow)?;
        Some(Entry { start, name: Some(name.into_owned()), mark, node })
    }

    /// Goes through a text line by line, of which the parser tells where it ends or where the next thing begins.
    fn lines(&mut self, end: usize) -> Node {
        self.skip(&[]);
        let start = self.cursor;
        let header_end = line_end(self.text, start);
        let keeps = self.text[start..header_end].split([' ', '\t', '#']).next().is_some_and(|header| header.contains('+'));
        let whole = &self.text[..end.max(header_end)];
        // The break of the last line is not part of the value, and neither are empty lines below it unless the indicator says so.
        let last = if keeps { whole.rfind('\n').unwrap_or(header_end).max(header_end) } else { whole.trim_end().len() };
        leaf(Form::Lines, start..line_end(self.text, last.max(header_end)))
    }

    /// Returns the end of a text in quotes.
    fn quoted(&self, start: usize) -> Option<usize> {
        let quote = self.text[start..].chars().next()?;
        let mut chars = self.text[start + 1..].char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' if quote == '"' => drop(chars.next()),
                c if c == quote && quote == '\'' && chars.peek().is_some_and(|(_, next)| *next == '\'') => drop(chars.next()),
                c if c == quote => return Some(start + 1 + at + 1),
                _ => {}
            }
        }
        None
    }

    fn ends(&mut self) -> bool {
        self.events.peek().is_none_or(|(event, _)| matches!(event, Event::SequenceEnd | Event::MappingEnd))
    }

    /// Moves the cursor over blanks, line breaks, comments and some separators.
    fn skip(&mut self, separators: &[char]) {
        let mut rest = self.text[self.cursor..].char_indices().peekable();
        while let Some((at, c)) = rest.next() {
            if c == '#' {
                while rest.next_if(|(_, c)| *c != '\n').is_some() {}
            } else if !c.is_whitespace() && !separators.contains(&c) {
                self.cursor += at;
                return;
            }
        }
        self.cursor = self.text.len();
    }

    fn eat(&mut self, wanted: char) -> bool {
        let there = self.text[self.cursor..].starts_with(wanted);
        self.cursor += if there { wanted.len_utf8() } else { 0 };
        there
    }
}

fn leaf(form: Form, span: Range<usize>) -> Node {
    Node { form, span, entries: Vec::new() }
}
