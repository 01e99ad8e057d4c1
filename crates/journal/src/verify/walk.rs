//! The walk over the leaves, building the tree anew beside the stored one.
//!
//! Where a stored hash and the computed one differ, either may be the changed one. Both are carried
//! upward until a stored parent or a signed root accepts one of them: that settles which side lied.

use std::collections::HashMap;

use base::Result;
use db::Cx;

use super::{
    PAGE, PAGE_LEVELS, ROWS, by_id,
    finding::{Finding, Range, Report, Suspect},
    store::{self, Claim, EntryRow, LeafRow},
};
use crate::{
    hash::{Digest, HashName},
    merkle::{self, Node, Tree},
};

/// A full subtree at the right edge.
struct Item {
    node: Node,
    stored: Option<Digest>,
    computed: Option<Digest>,
    /// The entry of a leaf in doubt.
    suspect: Option<Suspect>,
    /// Whether something below was reported already, so that its ancestors are not.
    flagged: bool,
}

impl Item {
    fn candidates(&self) -> Vec<Digest> {
        let second = self.computed.filter(|computed| self.stored != Some(*computed));
        self.stored.into_iter().chain(second).collect()
    }

    fn in_doubt(&self) -> bool {
        self.candidates().len() > 1
    }
}

/// A node as its row gives it.
#[derive(Clone, Copy)]
enum StoredNode {
    Gone,
    Unreadable,
    Hash(Digest),
}

/// More combinations than this are not tried; it takes six changed peaks at once to get there.
const COMBINATIONS: usize = 64;

pub(super) struct Walk<'a, 'c> {
    pub(super) cx: &'a mut Cx<'c>,
    pub(super) report: Report,
    hash: HashName,
    edge: Vec<Item>,
    /// Stored nodes of the page at hand.
    nodes: HashMap<Node, String>,
    nodes_seen: u64,
    /// The size up to which a signed root agreed.
    agreed: u64,
    diverged: bool,
    /// Leaves between the last signed root that agreed and the first that did not. Kept back until the
    /// end, because a node completed later may tell the place more closely.
    differing: Option<(u64, u64)>,
    truncated: bool,
}

impl<'a, 'c> Walk<'a, 'c> {
    pub(super) fn new(cx: &'a mut Cx<'c>, hash: HashName, report: Report) -> Self {
        Self {
            cx,
            report,
            hash,
            edge: Vec::new(),
            nodes: HashMap::new(),
            nodes_seen: 0,
            agreed: 0,
            diverged: false,
            differing: None,
            truncated: false,
        }
    }

    /// Walks leaves `first..end` and calls `seen` with the size after each.
    pub(super) fn page(
        &mut self,
        first: u64,
        end: u64,
        mut seen: impl FnMut(&mut Self, u64) -> Result<()>,
    ) -> Result<()> {
        self.nodes.clear();
        for level in 1..=PAGE_LEVELS {
            let of_level = store::nodes(self.cx, level, first >> level, (first + PAGE) >> level)?;
            self.nodes.extend(of_level);
        }
        let mut rows = store::leaves(self.cx, first, end)?.into_iter().peekable();
        for seq in first..end {
            let row = rows.next_if(|row| u64::try_from(row.seq) == Ok(seq));
            let item = match row {
                Some(row) => self.leaf(seq, row)?,
                None => self.hole(seq)?,
            };
            self.edge.push(item);
            self.report.entries += 1;
            self.combine()?;
            seen(self, seq + 1)?;
        }
        Ok(())
    }

    fn leaf(&mut self, seq: u64, row: LeafRow) -> Result<Item> {
        let mut item = Item {
            node: Node { level: 0, index: seq },
            stored: row.hash.parse().ok(),
            computed: None,
            suspect: None,
            flagged: false,
        };
        let Some(found) = row.entry else { return self.leaf_without_entry(item, &row.entry_id) };
        let computed = found.entry.leaf_hash(self.hash);
        let suspect = || Suspect::of(&found.entry, Some(seq));
        item.computed = Some(computed);
        // The two columns that are not hashed are checked by themselves.
        let moved = found.seq != Some(row.seq);
        let own_hash_differs = item.stored == Some(computed) && found.hash != row.hash;
        if moved || own_hash_differs {
            item.flagged = true;
            self.report.add(Finding::EntryChanged(suspect()));
        } else if item.stored.is_none() {
            item.flagged = true;
            self.report.add(Finding::LeafChanged(suspect()));
        } else if item.in_doubt() {
            item.suspect = Some(suspect());
        }
        Ok(item)
    }

    /// No entry has the id the leaf names; perhaps one says it stands here.
    fn leaf_without_entry(&mut self, mut item: Item, entry_id: &str) -> Result<Item> {
        let seq = item.node.index;
        item.flagged = true;
        let finding = match store::entry_at(self.cx, seq)? {
            Some(found) if item.stored == Some(found.entry.leaf_hash(self.hash)) => {
                Finding::LeafChanged(Suspect::of(&found.entry, Some(seq)))
            }
            Some(found) => {
                let suspect = Suspect::of(&found.entry, Some(seq));
                Finding::EntryChanged(Suspect { id: entry_id.to_owned(), ..suspect })
            }
            None => Finding::EntryDeleted(by_id(entry_id, seq)),
        };
        self.report.add(finding);
        Ok(item)
    }

    /// No leaf stands at a place inside the log.
    fn hole(&mut self, seq: u64) -> Result<Item> {
        let found = store::entry_at(self.cx, seq)?;
        let computed = found.as_ref().map(|found| found.entry.leaf_hash(self.hash));
        let nothing = Suspect { leaf: Some(seq), ..Suspect::default() };
        let suspect = found.map_or(nothing, |found| Suspect::of(&found.entry, Some(seq)));
        self.report.add(Finding::LeafDeleted(suspect));
        let node = Node { level: 0, index: seq };
        Ok(Item { node, stored: None, computed, suspect: None, flagged: true })
    }

    /// Puts finished pairs at the edge together.
    fn combine(&mut self) -> Result<()> {
        while self.edge.last().is_some_and(|item| item.node.index & 1 == 1) {
            let (Some(right), Some(left)) = (self.edge.pop(), self.edge.pop()) else { break };
            let node = Node { level: left.node.level + 1, index: left.node.index >> 1 };
            let stored = self.stored_node(node)?;
            let item = self.parent(node, stored, [left, right])?;
            self.edge.push(item);
        }
        Ok(())
    }

    fn stored_node(&mut self, node: Node) -> Result<StoredNode> {
        let text = if node.level <= PAGE_LEVELS {
            self.nodes.remove(&node)
        } else {
            store::nodes(self.cx, node.level, node.index, node.index + 1)?.pop().map(|(_, text)| text)
        };
        self.nodes_seen += u64::from(text.is_some());
        Ok(match text.map(|text| text.parse()) {
            None => StoredNode::Gone,
            Some(Err(_)) => StoredNode::Unreadable,
            Some(Ok(hash)) => StoredNode::Hash(hash),
        })
    }

    fn parent(&mut self, node: Node, row: StoredNode, pair: [Item; 2]) -> Result<Item> {
        let [mut left, mut right] = pair;
        let stored = match row {
            StoredNode::Hash(hash) => Some(hash),
            StoredNode::Gone | StoredNode::Unreadable => None,
        };
        let mut pairs = Vec::new();
        for l in left.candidates() {
            pairs.extend(right.candidates().into_iter().map(|r| (l, r)));
        }
        let hashed = |&(l, r): &(Digest, Digest)| merkle::node_hash(self.hash, &l, &r);
        let fitting = pairs.iter().find(|pair| Some(hashed(pair)) == stored).or(pairs.first()).copied();
        let computed = fitting.as_ref().map(hashed);
        if let Some((l, r)) = fitting {
            self.settle(&mut left, l)?;
            self.settle(&mut right, r)?;
        }
        let mut flagged = left.flagged || right.flagged;
        if stored.is_none() {
            let range = self.range(node)?;
            self.report.add(match row {
                StoredNode::Gone => Finding::NodeDeleted { node, range },
                _ => Finding::NodeChanged { node, range },
            });
            flagged = true;
        }
        Ok(Item { node, stored, computed, suspect: None, flagged })
    }

    /// Ends the doubt about an item: `true_hash` is what the tree was made of.
    fn settle(&mut self, item: &mut Item, true_hash: Digest) -> Result<()> {
        if !item.in_doubt() {
            return Ok(());
        }
        let stored_holds = item.stored == Some(true_hash);
        let finding = match item.suspect.take() {
            Some(suspect) if stored_holds => Some(Finding::EntryChanged(suspect)),
            Some(suspect) => Some(Finding::LeafChanged(suspect)),
            None if !stored_holds => {
                Some(Finding::NodeChanged { node: item.node, range: self.range(item.node)? })
            }
            None if item.flagged || item.node.level == 0 => None,
            None => Some(Finding::RangeChanged(self.changed_below(item.node)?)),
        };
        if let Some(finding) = finding {
            self.report.add(finding);
            item.flagged = true;
        }
        (item.stored, item.computed) = (Some(true_hash), Some(true_hash));
        Ok(())
    }

    /// Compares the tree at the edge with a signed one of the same size.
    pub(super) fn compare_root(&mut self, signed: Tree) -> Result<()> {
        let mut choices: Vec<Vec<Digest>> = vec![Vec::new()];
        for item in &self.edge {
            let candidates = item.candidates();
            let taken = if choices.len() * candidates.len() > COMBINATIONS { 1 } else { candidates.len() };
            choices = choices
                .into_iter()
                .flat_map(|chosen| {
                    candidates[..taken]
                        .iter()
                        .map(move |next| {
                            let mut longer = chosen.clone();
                            longer.push(*next);
                            longer
                        })
                        .collect::<Vec<_>>()
                })
                .collect();
        }
        if let Some(chosen) = choices.into_iter().find(|peaks| merkle::fold(self.hash, peaks) == signed.root)
        {
            self.agreed = signed.size;
            return self.settle_edge(&chosen);
        }
        // A peak of which nothing is left has been reported, and nothing can be said of the root.
        let unknown = self.edge.iter().any(|item| item.candidates().is_empty());
        if !self.diverged && !unknown {
            self.diverged = true;
            self.differing = Some((self.agreed.min(signed.size.saturating_sub(1)), signed.size));
        }
        Ok(())
    }

    fn settle_edge(&mut self, chosen: &[Digest]) -> Result<()> {
        let mut edge = std::mem::take(&mut self.edge);
        for (item, digest) in edge.iter_mut().zip(chosen) {
            self.settle(item, *digest)?;
        }
        self.edge = edge;
        Ok(())
    }

    /// Ends all doubts at the end of the log: without a signed root, what is stored counts.
    pub(super) fn finish(&mut self) -> Result<()> {
        let mut edge = std::mem::take(&mut self.edge);
        for item in &mut edge {
            if let Some(first) = item.candidates().first() {
                self.settle(item, *first)?;
            }
        }
        if let Some((first, end)) = self.differing.take() {
            let range = self.range_of(first, end)?;
            self.report.add(Finding::RangeChanged(range));
        }
        Ok(())
    }

    /// The leaves below a node whose stored hash holds although the tree below gives another: the
    /// narrower of these and of what the signed roots tell, where one lies within the other.
    fn changed_below(&mut self, node: Node) -> Result<Range> {
        let (first, end) = node.leaves();
        match self.differing {
            Some((from, to)) if first <= from && to <= end => {
                self.differing = None;
                return self.range_of(from, to);
            }
            Some((from, to)) if from <= first && end <= to => self.differing = None,
            _ => {}
        }
        self.range_of(first, end)
    }

    /// Leaves `first..end` are signed and gone.
    pub(super) fn truncated(&mut self, first: u64, end: u64) -> Result<()> {
        self.truncated = true;
        let range = self.range_of(first, end)?;
        self.report.add(Finding::RangeDeleted(range));
        Ok(())
    }

    /// Rows that belong nowhere, and the entries that wait for the sealer.
    pub(super) fn strays(&mut self, present: u64, extent: u64) -> Result<()> {
        for row in store::leaves_outside(self.cx, extent, ROWS)? {
            let leaf = u64::try_from(row.seq).ok();
            let known = row.entry.map(|found| Suspect::of(&found.entry, leaf));
            self.report.add(Finding::LeafAdded(known.unwrap_or_else(|| by_id(&row.entry_id, 0))));
        }
        let beyond = store::count_nodes(self.cx)?.saturating_sub(self.nodes_seen);
        if beyond > 0 && !self.truncated {
            self.report.add(Finding::NodesAdded { count: beyond });
        }
        let mut after = String::new();
        loop {
            let page = store::without_leaf(self.cx, &after, ROWS)?;
            let Some(last) = page.last() else { return Ok(()) };
            after.clone_from(&last.row.entry.id);
            for loose in page {
                self.loose_entry(&loose.row, loose.claim, present);
            }
        }
    }

    fn loose_entry(&mut self, row: &EntryRow, claim: Claim, present: u64) {
        let leaf = row.seq.and_then(|seq| u64::try_from(seq).ok());
        let suspect = || Suspect::of(&row.entry, leaf);
        let whole = row.hash == row.entry.leaf_hash(self.hash).to_string();
        let inside = leaf.is_some_and(|leaf| leaf < present);
        self.report.add(match (row.seq, claim) {
            (None, _) if whole => {
                self.report.unsealed += 1;
                return;
            }
            (None, _) => Finding::EntryChanged(suspect()),
            // Both were met at their place during the walk.
            (Some(_), Claim::Orphaned) => return,
            (Some(_), Claim::Vacant) if inside => return,
            (Some(_), Claim::Vacant) if self.truncated => Finding::LeafDeleted(suspect()),
            (Some(_), Claim::Vacant | Claim::Taken) => Finding::EntryAdded(suspect()),
        });
    }

    fn range(&mut self, node: Node) -> Result<Range> {
        let (first, end) = node.leaves();
        self.range_of(first, end)
    }

    fn range_of(&mut self, first: u64, end: u64) -> Result<Range> {
        Ok(Range { first: self.suspect_at(first)?, last: self.suspect_at(end.saturating_sub(1))? })
    }

    fn suspect_at(&mut self, seq: u64) -> Result<Suspect> {
        if let Some(row) = store::leaves(self.cx, seq, seq + 1)?.pop() {
            return Ok(match row.entry {
                Some(found) => Suspect::of(&found.entry, Some(seq)),
                None => by_id(&row.entry_id, seq),
            });
        }
        let nothing = Suspect { leaf: Some(seq), ..Suspect::default() };
        Ok(store::entry_at(self.cx, seq)?.map_or(nothing, |found| Suspect::of(&found.entry, Some(seq))))
    }
}
