//! An account: its balance is all that was put in and taken out, and never below zero.

use serde::{Deserialize, Serialize};

use super::Money;
use crate::aggregate::Aggregate;

/// Somebody opens an account, with nothing on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountOpened {
    /// Who.
    pub owner: String,
}

/// Money comes in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoneyDeposited {
    /// How much.
    pub amount: Money,
}

/// Money goes out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoneyWithdrawn {
    /// How much.
    pub amount: Money,
}

/// The account is closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountClosed {
    /// Why.
    pub reason: String,
}

crate::events! {
    /// What happens to an account.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum AccountEvent {
        /// Somebody opens it.
        AccountOpened(AccountOpened) = 1,
        /// Money comes in.
        MoneyDeposited(MoneyDeposited) = 1,
        /// Money goes out.
        MoneyWithdrawn(MoneyWithdrawn) = 1,
        /// It is closed.
        AccountClosed(AccountClosed) = 1,
    }
}

/// Where an account stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Status {
    /// Nobody has opened it.
    #[default]
    New,
    /// It is used.
    Open,
    /// It is used no more.
    Closed,
}

/// An account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Whose it is.
    pub owner: Option<String>,
    /// Where it stands.
    pub status: Status,
    /// What is on it.
    pub balance: Money,
}

/// Why something cannot be done with an account.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccountRefused {
    /// It was opened before.
    #[error("the account was opened already")]
    Exists,
    /// Nobody has opened it.
    #[error("there is no such account yet: open it first")]
    NotOpened,
    /// It is used no more.
    #[error("the account is closed")]
    Closed,
    /// Nothing, or less.
    #[error("the amount must be positive, and {0} is not")]
    Amount(Money),
    /// More than there is.
    #[error("{wanted} cannot be withdrawn: the balance is {balance}")]
    Overdraft {
        /// What was asked for.
        wanted: Money,
        /// What is there.
        balance: Money,
    },
    /// Money is on it still.
    #[error("an account with {0} on it cannot be closed")]
    NotEmpty(Money),
    /// More than can be counted.
    #[error("the balance would be more than can be counted")]
    TooMuch,
}

impl Account {
    /// Opens it.
    pub fn open(&self, owner: impl Into<String>) -> Result<[AccountOpened; 1], AccountRefused> {
        if self.status != Status::New {
            return Err(AccountRefused::Exists);
        }
        Ok([AccountOpened { owner: owner.into() }])
    }

    /// Puts money in.
    pub fn deposit(&self, amount: Money) -> Result<[MoneyDeposited; 1], AccountRefused> {
        self.takes(amount)?;
        self.balance.plus(amount).ok_or(AccountRefused::TooMuch)?;
        Ok([MoneyDeposited { amount }])
    }

    /// Takes money out.
    pub fn withdraw(&self, amount: Money) -> Result<[MoneyWithdrawn; 1], AccountRefused> {
        self.takes(amount)?;
        if amount > self.balance {
            return Err(AccountRefused::Overdraft { wanted: amount, balance: self.balance });
        }
        Ok([MoneyWithdrawn { amount }])
    }

    /// Closes it.
    pub fn close(&self, reason: impl Into<String>) -> Result<[AccountClosed; 1], AccountRefused> {
        self.is_open()?;
        if self.balance != Money::ZERO {
            return Err(AccountRefused::NotEmpty(self.balance));
        }
        Ok([AccountClosed { reason: reason.into() }])
    }

    fn is_open(&self) -> Result<(), AccountRefused> {
        match self.status {
            Status::New => Err(AccountRefused::NotOpened),
            Status::Open => Ok(()),
            Status::Closed => Err(AccountRefused::Closed),
        }
    }

    fn takes(&self, amount: Money) -> Result<(), AccountRefused> {
        self.is_open()?;
        if amount > Money::ZERO { Ok(()) } else { Err(AccountRefused::Amount(amount)) }
    }
}

impl Aggregate for Account {
    const CATEGORY: &'static str = "Account";
    const SCHEMA: u32 = 1;
    type Event = AccountEvent;

    fn apply(&mut self, event: &AccountEvent) {
        // No event is raised that makes it more than can be counted.
        match event {
            AccountEvent::AccountOpened(opened) => {
                self.owner = Some(opened.owner.clone());
                self.status = Status::Open;
            }
            AccountEvent::MoneyDeposited(deposited) => {
                self.balance = self.balance.plus(deposited.amount).unwrap_or(self.balance);
            }
            AccountEvent::MoneyWithdrawn(withdrawn) => {
                self.balance = self.balance.minus(withdrawn.amount).unwrap_or(self.balance);
            }
            AccountEvent::AccountClosed(_) => self.status = Status::Closed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aggregate::Root;

    const EUR: i64 = 100;

    fn opened() -> Root<Account> {
        let mut account = Root::<Account>::new("acc-1");
        account.decide(|account| account.open("ana")).unwrap();
        account
    }

    #[test]
    fn a_balance_is_the_sum_of_its_history() {
        let mut account = opened();
        assert_eq!(account.state().balance, Money::ZERO);
        let mut balances = Vec::new();
        for change in [500, 300, -200, 400] {
            let amount = Money::cents(i64::abs(change) * EUR);
            if change > 0 {
                account.decide(|account| account.deposit(amount)).unwrap();
            } else {
                account.decide(|account| account.withdraw(amount)).unwrap();
            }
            balances.push(account.state().balance.to_string());
        }
        assert_eq!(balances, ["500.00", "800.00", "600.00", "1000.00"]);
        assert_eq!(account.version().0, 5);
    }

    #[test]
    fn no_more_is_withdrawn_than_there_is() {
        let mut account = opened();
        account.decide(|account| account.deposit(Money::cents(1000))).unwrap();
        let error = account.decide(|account| account.withdraw(Money::cents(1001))).unwrap_err();
        assert_eq!(error.to_string(), "10.01 cannot be withdrawn: the balance is 10.00");
        assert_eq!(account.version().0, 2, "what is refused is no event");
        account.decide(|account| account.withdraw(Money::cents(1000))).unwrap();
        assert_eq!(account.state().balance, Money::ZERO);
    }

    #[test]
    fn amounts_are_positive_and_can_be_counted() {
        let account = opened();
        let account = account.state();
        for cents in [0, -1] {
            let amount = Money::cents(cents);
            assert_eq!(account.deposit(amount), Err(AccountRefused::Amount(amount)));
            assert_eq!(account.withdraw(amount), Err(AccountRefused::Amount(amount)));
        }
        let rich = Account { balance: Money::cents(i64::MAX), ..account.clone() };
        assert_eq!(rich.deposit(Money::cents(1)), Err(AccountRefused::TooMuch));
    }

    #[test]
    fn an_account_is_opened_once_used_while_it_is_open_and_closed_when_it_is_empty() {
        let mut account = opened();
        let one = Money::cents(1);
        assert_eq!(account.state().open("eve"), Err(AccountRefused::Exists));
        assert_eq!(Account::default().deposit(one), Err(AccountRefused::NotOpened));
        assert_eq!(Account::default().withdraw(one), Err(AccountRefused::NotOpened));
        assert_eq!(Account::default().close("no"), Err(AccountRefused::NotOpened));
        account.decide(|account| account.deposit(one)).unwrap();
        assert_eq!(account.state().close("moved"), Err(AccountRefused::NotEmpty(one)));
        account.decide(|account| account.withdraw(one)).unwrap();
        account.decide(|account| account.close("moved")).unwrap();
        assert_eq!(account.state().deposit(one), Err(AccountRefused::Closed));
        assert_eq!(account.state().open("eve"), Err(AccountRefused::Exists));
    }
}
