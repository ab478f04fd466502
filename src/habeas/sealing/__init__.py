"""Keys and what is done with them: sealing, fingerprints, signatures. No stores, runs or requests here.

How a flow uses it::

    keys = open_keys(folder, os.environ, create=True)    # folder is `.habeas/`; keys..notices tells
    vault = Vault(keys)
    key = vault.new_key("run:" + run_id)               # a data key for each run or plan; store key.wrapped
    sealed = key.seal(b"...", "identities")              # only the same key and purpose open it
    key = vault.unwrap(wrapped, "run:" + run_id)         # to erase what it sealed, delete `wrapped`
    fingerprint = Fingerprints(keys).of("email", "jane@example.com")    # normalised first
    signature = Signer(keys).sign(b"...", "certificate")

Open the keys before the control database: records without their keys are refused, not given new ones.
"""
