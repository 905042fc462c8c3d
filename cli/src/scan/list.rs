//! Lists, page by page.

use serde::Deserialize;

use super::api::{Api, JSON, Problem};

/// The objects of a page. kubectl asks for as many.
pub const PAGE: usize = 500;

/// How often a list that expired is started anew.
const RESTARTS: usize = 3;

/// A page of a list.
#[derive(Debug)]
pub struct Page {
    /// The page as JSON, whole.
    pub text: String,
    /// Whether objects of earlier pages may come again.
    pub may_repeat: bool,
}

/// The pages of a list, in their order. After a problem there are no more.
pub struct Pages<'a> {
    api: &'a Api,
    path: String,
    accept: &'a str,
    next: Next,
    restarts: usize,
    /// How many pages there were.
    pub count: usize,
}

enum Next {
    First,
    At(String),
    /// The API server names the page that it has just sent.
    Same,
    End,
}

impl<'a> Pages<'a> {
    /// The pages of the list at `path`; `selector` chooses by labels.
    pub fn new(api: &'a Api, path: &str, selector: Option<&str>) -> Self {
        let selector = selector.map_or(String::new(), |selector| format!("&labelSelector={}", super::encode(selector)));
        let path = format!("{path}?limit={PAGE}{selector}");
        Self { api, path, accept: JSON, next: Next::First, restarts: 0, count: 0 }
    }

    /// The same in another form, such as a table.
    pub fn in_form(self, accept: &'a str, query: &str) -> Self {
        Self { accept, path: format!("{}&{query}", self.path), ..self }
    }

    /// Whether the list may go on after a refusal: then from where.
    fn goes_on(&mut self, problem: &Problem) -> Option<Next> {
        let Problem::Status { code: 410, next, .. } = problem else { return None };
        self.restarts += 1;
        if self.restarts > RESTARTS {
            return None;
        }
        // With a token of the API server the list goes on behind the last object, at the state of now.
        Some(next.clone().map_or(Next::First, Next::At))
    }
}

impl Iterator for Pages<'_> {
    type Item = Result<Page, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let token = match &self.next {
                Next::First => String::new(),
                Next::At(token) => format!("&continue={}", super::encode(token)),
                Next::Same => {
                    self.next = Next::End;
                    return Some(Err(Problem::Other("the API server names the same page as the next".to_owned())));
                }
                Next::End => return None,
            };
            let answer =
                self.api.get_whole(&format!("{}{token}", self.path), self.accept, |text| next_of(text).map(drop));
            match answer {
                Ok(text) => {
                    self.count += 1;
                    let next = next_of(&text).ok().flatten();
                    self.next = match next {
                        None => Next::End,
                        Some(next) if matches!(&self.next, Next::At(now) if *now == next) => Next::Same,
                        Some(next) => Next::At(next),
                    };
                    return Some(Ok(Page { text, may_repeat: self.restarts > 0 }));
                }
                Err(problem) => match self.goes_on(&problem) {
                    Some(next) => self.next = next,
                    None => {
                        self.next = Next::End;
                        return Some(Err(problem));
                    }
                },
            }
        }
    }
}

/// The token of the next page.
///
/// # Errors
/// If the page isn't a whole list.
fn next_of(text: &str) -> Result<Option<String>, String> {
    #[derive(Deserialize)]
    struct Head {
        #[serde(default)]
        kind: String,
        #[serde(default)]
        metadata: Metadata,
    }
    #[derive(Default, Deserialize)]
    struct Metadata {
        #[serde(rename = "continue")]
        next: Option<String>,
    }
    // The parser's own words may quote the page.
    let head: Head = serde_json::from_str(text).map_err(|_| "the page isn't whole JSON".to_owned())?;
    if !head.kind.ends_with("List") && head.kind != "Table" {
        return Err("the page isn't a list".to_owned());
    }
    Ok(head.metadata.next.filter(|next| !next.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_named_by_its_token() {
        let next = |text: &str| next_of(text);
        assert_eq!(next(r#"{"kind":"PodList","metadata":{"continue":"t"},"items":[]}"#), Ok(Some("t".to_owned())));
        assert_eq!(next(r#"{"kind":"PodList","metadata":{"continue":""}}"#), Ok(None));
        assert_eq!(next(r#"{"kind":"Table"}"#), Ok(None));
        assert_eq!(next(r#"{"kind":"PodList","items":[{"#), Err("the page isn't whole JSON".to_owned()));
        assert_eq!(next(r#"{"kind":"Pod"}"#), Err("the page isn't a list".to_owned()));
    }
}
