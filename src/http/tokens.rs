//! Requests for tokens: the one that signs an app in, and those of declared clients.
//!
//! To ask twice does no harm, so such a request is retried as a read is. The address is made of the issuer's id and the org's own address.

use tokio::time::Instant;

use super::auth::{Asking, ClientToken, Issued, ServiceApp, TOKEN_PATH, Token, TokenRequest};
use super::error::Error;
use super::exchange::{Exchange, Signed};
use super::meter::date;
use super::retry::Safety;
use crate::clock::Clock;
use crate::request::{Method, Request};

impl Exchange {
    /// Asks the org for an app's token.
    pub(super) async fn sign_in(&self, app: &ServiceApp) -> Result<Token, Error> {
        let request = Request::new(Method::Post, TOKEN_PATH);
        let asked = Instant::now();
        let mut tries = 0;
        loop {
            tries += 1;
            // Boxed, because sending anything may lead here.
            match Box::pin(self.run(&request, Safety::Read, Signed::As(app))).await {
                Ok(answer) => return answer.decode::<Issued>().map(|issued| Token::of(issued, app.scopes(), asked)),
                Err(refusal) if app.improve(&refusal, tries) => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Asks an issuer for the token of a declared client.
    pub(super) async fn client_token(&self, token: &TokenRequest, clock: &dyn Clock) -> Result<ClientToken, Error> {
        let request = Request::new(Method::Post, token.issuer.token_path());
        let asking = Asking::new(token, clock);
        let mut tries = 0;
        loop {
            tries += 1;
            match self.run(&request, Safety::Read, Signed::By(&asking)).await {
                Ok(answer) => {
                    let at = date(&answer.headers);
                    return answer.decode::<Issued>().map(|issued| asking.token(issued, at));
                }
                Err(refusal) if asking.may_go_again(&refusal, tries) => {}
                Err(error) => return Err(error),
            }
        }
    }
}
