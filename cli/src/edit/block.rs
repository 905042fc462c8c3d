//! Edits of maps in block style, a key a line.

use super::locate::{Located, Pair, Refusal, colon, line_end, line_start, next_line};
use super::{Editor, Parent, Plan, Wanted};

impl Editor<'_> {
    pub(super) fn block(
        &mut self,
        node: &Located,
        entries: &[Pair],
        wanted: &[Wanted<'_>],
        parent: Parent<'_>,
    ) -> Result<(), Refusal> {
        let text = self.text;
        let Plan { removed, added } = self.entries(node, entries, wanted, false)?;
        let (Some(first), Some(last)) = (entries.first(), entries.last()) else {
            return self.refuse(node.range.start, "a block without keys");
        };
        let column = first.key.start - line_start(text, first.key.start);
        let kept = removed.iter().position(|removed| !removed).and_then(|kept| entries.get(kept));
        for (index, pair) in entries.iter().enumerate().filter(|(index, _)| removed[*index]) {
            if self.is_first_on_its_line(pair) {
                self.replace(line_start(text, pair.key.start)..next_line(text, pair.end()), "");
            } else if index > 0 || !self.is_behind_marks(pair) {
                return self.refuse(pair.key.start, "a key that would have to go shares its line");
            } else {
                match kept {
                    Some(next) => self.remove_behind_mark(entries, next),
                    None if added.is_none() => self.replace(pair.key.start..pair.end(), "{}"),
                    None => return self.refuse(pair.key.start, "every key of an item would have to change"),
                }
            }
        }
        match added {
            Some(new) => self.insert_lines(last.end(), &new, column),
            None if kept.is_none() && self.is_first_on_its_line(first) => {
                let place = match parent {
                    Parent::Pair { pair, .. } => colon(text, pair.key.end),
                    Parent::None | Parent::Item => None,
                };
                match place {
                    Some(place) => self.replace(place..place, " {}"),
                    None => return self.refuse(first.key.start, "every key would have to go"),
                }
            }
            None => {}
        }
        Ok(())
    }

    /// Whether nothing stands before a key on its line.
    fn is_first_on_its_line(&self, pair: &Pair) -> bool {
        self.text[line_start(self.text, pair.key.start)..pair.key.start].chars().all(|c| c == ' ')
    }

    /// Whether nothing but the marks of list items stands before a key on its line.
    fn is_behind_marks(&self, pair: &Pair) -> bool {
        let before = &self.text[line_start(self.text, pair.key.start)..pair.key.start];
        before.chars().all(|c| matches!(c, ' ' | '-'))
    }

    /// Removes the first key of a map, which stands behind the mark of the list item that the map is in. `next` is the
    /// first key that stays; the keys between the two are removed as well.
    fn remove_behind_mark(&mut self, entries: &[Pair], next: &Pair) {
        let (text, first) = (self.text, &entries[0]);
        let follows = line_start(text, next.key.start);
        // Whether there is nothing between the two but keys that are removed.
        let (mut at, mut is_close) = (next_line(text, first.end()), true);
        for gone in entries[1..].iter().take_while(|pair| pair.key != next.key) {
            is_close &= at == line_start(text, gone.key.start);
            at = next_line(text, gone.end());
        }
        if is_close && at == follows {
            // The next key takes the place behind the mark.
            self.replace(first.key.start..next_line(text, first.end()), "");
            self.replace(follows..next.key.start, "");
        } else {
            // Comments stand between: they stay, and so the mark gets a line of its own.
            let mark_end = text[..first.key.start].trim_end_matches(' ').len();
            self.replace(mark_end..line_end(text, first.end()), "");
        }
    }
}
