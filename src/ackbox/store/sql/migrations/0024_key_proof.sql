-- What redeeming a one-time key must prove; null for nothing.
ALTER TABLE access_key ADD COLUMN proof {blob};
