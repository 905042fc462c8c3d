//! Edits of maps in flow style, `{a: 1, b: 2}`.

use std::ops::Range;

use super::locate::{Located, Pair, Refusal, line_start, newline};
use super::write::flow_members;
use super::{Editor, Parent, Plan, Wanted, tree};

impl Editor<'_> {
    pub(super) fn flow(
        &mut self,
        node: &Located,
        entries: &[Pair],
        wanted: &[Wanted<'_>],
        parent: Parent<'_>,
    ) -> Result<(), Refusal> {
        let text = self.text;
        if entries.is_empty() {
            // Nothing can be removed from it.
            let new: Vec<_> = wanted.iter().copied().filter(|wanted| wanted.value.is_some()).collect();
            return if new.is_empty() { Ok(()) } else { self.fill(node, &tree(&new), parent) };
        }
        let Plan { removed, added } = self.entries(node, entries, wanted, true)?;
        let style = entries[0].style;
        let added = added.map(|new| flow_members(&new, style));
        let last_kept = removed.iter().rposition(|removed| !removed);
        let Some(last_kept) = last_kept else {
            let inside = node.range.start + 1..node.range.end - 1;
            self.keeps_comments(entries, inside.clone())?;
            self.replace(inside, added.unwrap_or_default());
            return Ok(());
        };
        let mut index = 0;
        while index < last_kept {
            let start = entries[index].key.start;
            if removed[index] {
                while removed[index] {
                    index += 1;
                }
                let gone = start..entries[index].key.start;
                self.keeps_comments(entries, gone.clone())?;
                self.replace(gone, "");
            } else {
                index += 1;
            }
        }
        let end = entries[last_kept].end();
        let tail = entries.last().map_or(end, Pair::end);
        if end < tail {
            self.keeps_comments(entries, end..tail)?;
        }
        if added.is_none() && end == tail {
            return Ok(());
        }
        let separator = {
            let start = line_start(text, entries[last_kept].key.start);
            let indent = &text[start..entries[last_kept].key.start];
            // Entries on lines of their own stay so.
            if indent.chars().all(|c| c == ' ') && line_start(text, node.range.start) != start {
                format!(",{}{indent}", newline(text))
            } else {
                ", ".to_owned()
            }
        };
        let new = added.map_or(String::new(), |new| format!("{separator}{new}"));
        self.replace(end..tail, new);
        Ok(())
    }

    /// Says no where a comment stands between the entries of a flow map that would go.
    fn keeps_comments(&self, entries: &[Pair], gone: Range<usize>) -> Result<(), Refusal> {
        let mut at = gone.start;
        let within = entries.iter().filter(|pair| gone.contains(&pair.key.start));
        for part in within.map(|pair| pair.key.start..pair.end()).chain(std::iter::once(gone.end..gone.end)) {
            if part.start > at && self.text[at..part.start].contains('#') {
                return self.refuse(at, "a comment would have to go");
            }
            at = part.end;
        }
        Ok(())
    }
}
