//! Roles one person may not hold together (GB/T 22239-2019 8.1.5: system, security and audit
//! administration are separate persons).

use base::Refusal;

use crate::policy::Separation;

impl Separation {
    /// Refuses when one person would hold two roles of a group. Asked when a post is given, with the
    /// roles held and the new one.
    pub fn check<'a>(&self, roles: impl IntoIterator<Item = &'a str>) -> Result<(), Refusal> {
        let roles: Vec<&str> = roles.into_iter().collect();
        for group in &self.groups {
            let mut held: Vec<&str> =
                group.iter().map(String::as_str).filter(|r| roles.contains(r)).collect();
            held.dedup();
            if let [first, second, ..] = held[..] {
                return Err(Refusal::conflict("access.separate-roles")
                    .field("role")
                    .arg("first", first)
                    .arg("second", second));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::Policy;

    #[test]
    fn nobody_administers_both_the_system_and_its_audit() {
        let separation = Policy::shipped().unwrap().separation;
        let refused = separation.check(["mayor", "audit-admin", "system-admin"]).unwrap_err();
        assert_eq!(refused.key, "access.separate-roles");
        assert_eq!(refused.args[0].1, "system-admin");
        assert!(separation.check(["mayor", "office-clerk", "audit-admin", "audit-admin"]).is_ok());
    }

    proptest! {
        #[test]
        fn two_different_administrators_never_pass(order in Just(vec![
            "system-admin", "security-admin", "audit-admin", "mayor", "office-clerk",
        ]).prop_shuffle(), taken in 0usize..=5) {
            let roles = &order[..taken];
            let admins = roles.iter().filter(|role| role.ends_with("-admin")).count();
            let passed = Policy::shipped().unwrap().separation.check(roles.iter().copied()).is_ok();
            prop_assert_eq!(passed, admins < 2);
        }
    }
}
