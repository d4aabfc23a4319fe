// One file because it mirrors the whole schema, table after table.
//! The tables, as the migrations make them. Who writes which stands at the head of each migration.
#![allow(missing_docs, reason = "the migrations are the documentation of the columns")]

diesel::table! {
    audit_events (id) {
        id -> Text,
        occurred_at -> BigInt,
        actor -> Text,
        request -> Text,
        action -> Text,
        subject -> Text,
        payload_commitment -> Binary,
        leaf_hash -> Binary,
    }
}

diesel::table! {
    audit_payloads (event_id) {
        event_id -> Text,
        salt -> Binary,
        payload -> Text,
    }
}

diesel::table! {
    audit_pending (event_id) {
        event_id -> Text,
    }
}

diesel::table! {
    audit_leaves (sequence) {
        sequence -> BigInt,
        event_id -> Text,
        leaf_hash -> Binary,
    }
}

diesel::table! {
    audit_subjects (subject, sequence) {
        subject -> Text,
        sequence -> BigInt,
    }
}

diesel::table! {
    audit_checkpoints (tree_size) {
        tree_size -> BigInt,
        root_hash -> Binary,
        frontier -> Binary,
        signed_at -> BigInt,
        key_id -> Text,
        signature -> Binary,
    }
}

diesel::table! {
    audit_subtrees (level, place) {
        level -> BigInt,
        place -> BigInt,
        root_hash -> Binary,
    }
}

diesel::table! {
    authorities (short_name) {
        short_name -> Text,
        kind -> Text,
        parent -> Text,
        serial -> Text,
        public_key -> Binary,
        token -> Text,
        key_id -> Text,
        serial_prefix -> Nullable<Binary>,
        created_at -> BigInt,
    }
}

diesel::table! {
    authority_ends (authority) {
        authority -> Text,
        covered_until -> BigInt,
        decided_at -> BigInt,
    }
}

diesel::table! {
    service_keys (name) {
        name -> Text,
        purpose -> Text,
        authority -> Nullable<Text>,
        serial -> Nullable<Text>,
        token -> Text,
        key_id -> Text,
        public_key -> Binary,
        created_at -> BigInt,
    }
}

diesel::table! {
    issuance_epochs (epoch) {
        epoch -> BigInt,
        opened_at -> BigInt,
        lease_until -> BigInt,
        closed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    certificates (issuer, serial) {
        issuer -> Text,
        serial -> Text,
        profile -> Text,
        status -> Text,
        epoch -> BigInt,
        evidence_kind -> Text,
        evidence_digest -> Binary,
        spki_sha256 -> Binary,
        tbs -> Binary,
        der -> Nullable<Binary>,
        not_before -> BigInt,
        not_after -> BigInt,
        prepared_at -> BigInt,
        settled_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
        revocation_reason -> Nullable<Text>,
        rsa_modulus_sha256 -> Nullable<Binary>,
        shard -> Nullable<BigInt>,
        held_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    compromised_keys (spki_sha256, known_by) {
        spki_sha256 -> Binary,
        known_by -> Text,
        rsa_modulus_sha256 -> Nullable<Binary>,
        learnt_at -> BigInt,
        source -> Text,
        recorded_by -> Text,
    }
}

diesel::table! {
    certificate_status_counter (id) {
        id -> BigInt,
        last -> BigInt,
    }
}

diesel::table! {
    certificate_status_events (sequence) {
        sequence -> BigInt,
        issuer -> Text,
        serial -> Text,
        event -> Text,
        reason -> Text,
        occurred_at -> BigInt,
        since -> Nullable<BigInt>,
    }
}

diesel::table! {
    register_feeds (id) {
        id -> Text,
        source -> Text,
        file_name -> Text,
        extracted_at -> BigInt,
        imported_at -> BigInt,
        status -> Text,
        sequence -> BigInt,
        rows_read -> BigInt,
        rows_rejected -> BigInt,
        writes -> BigInt,
        speaks_of_absent -> Bool,
        difference -> Nullable<Text>,
        rows_in_file -> Nullable<BigInt>,
        warnings -> Nullable<Text>,
    }
}

diesel::table! {
    register_holds (feed, version) {
        feed -> Text,
        version -> BigInt,
        source -> Text,
        file_name -> Text,
        extracted_at -> BigInt,
        base -> Text,
        rows_read -> BigInt,
        living -> BigInt,
        added -> BigInt,
        changed -> BigInt,
        ceased -> BigInt,
        kept -> BigInt,
        reappeared -> BigInt,
        held_at -> BigInt,
        held_by -> Text,
        merged -> BigInt,
    }
}

diesel::table! {
    register_examinations (sequence) {
        sequence -> BigInt,
        feed -> Text,
        examined_at -> BigInt,
        found -> BigInt,
        lifted -> BigInt,
    }
}

diesel::table! {
    card_changes (card_number, first_sequence, rule) {
        card_number -> Text,
        first_sequence -> BigInt,
        first_feed -> Text,
        rule -> Text,
        leads_to -> Text,
        found_at -> BigInt,
        settled_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    card_lapses (card_number, first_sequence) {
        card_number -> Text,
        first_sequence -> BigInt,
        first_feed -> Text,
        cause -> Text,
        found_at -> BigInt,
        status -> Text,
        second_sequence -> Nullable<BigInt>,
        second_feed -> Nullable<Text>,
        settled_at -> Nullable<BigInt>,
        settled_by -> Nullable<Text>,
        asked_at -> Nullable<BigInt>,
        second_answer -> Nullable<Text>,
        second_ground -> Nullable<Text>,
    }
}

diesel::table! {
    opposition_plans (id) {
        id -> Text,
        sequence -> BigInt,
        feed -> Text,
        planned_by -> Text,
        planned_at -> BigInt,
    }
}

diesel::table! {
    certificate_lapses (request, first_sequence) {
        request -> Text,
        first_sequence -> BigInt,
        first_feed -> Text,
        cause -> Text,
        found_at -> BigInt,
        status -> Text,
        second_sequence -> Nullable<BigInt>,
        second_feed -> Nullable<Text>,
        settled_at -> Nullable<BigInt>,
        settled_by -> Nullable<Text>,
    }
}

diesel::table! {
    opposition_plan_certificates (plan, request) {
        plan -> Text,
        request -> Text,
        first_sequence -> BigInt,
    }
}

diesel::table! {
    opposition_plan_items (plan, card_number) {
        plan -> Text,
        card_number -> Text,
        first_sequence -> BigInt,
    }
}

diesel::table! {
    register_silences (sequence, subject) {
        sequence -> BigInt,
        subject -> Text,
    }
}

diesel::table! {
    professionals (id_nat) {
        id_nat -> Text,
        family_name -> Text,
        given_name -> Text,
        civility -> Text,
        first_feed -> BigInt,
        last_feed -> BigInt,
        ceased_at -> Nullable<BigInt>,
        lines -> BigInt,
        exercises -> Text,
    }
}

diesel::table! {
    register_supplements (source, subject) {
        source -> Text,
        subject -> Text,
        first_feed -> BigInt,
        last_feed -> BigInt,
        ceased_at -> Nullable<BigInt>,
        lines -> BigInt,
        content -> Text,
    }
}

diesel::table! {
    register_identities (source, subject) {
        source -> Text,
        subject -> Text,
        first_feed -> BigInt,
        last_feed -> BigInt,
        ceased_at -> Nullable<BigInt>,
        lines -> BigInt,
        content -> Text,
    }
}

diesel::table! {
    register_contact_changes (subject) {
        subject -> Text,
        feed -> BigInt,
        changed_at -> BigInt,
    }
}

diesel::table! {
    register_merges (adeli, rpps) {
        adeli -> Text,
        rpps -> Text,
        feed -> Text,
        merged_at -> BigInt,
        compared_at -> Nullable<BigInt>,
        ended_at -> Nullable<BigInt>,
        ended_by_case -> Nullable<Text>,
    }
}

diesel::table! {
    register_merge_cases (id) {
        id -> Text,
        kind -> Text,
        adeli -> Text,
        rpps -> Text,
        doubt -> Text,
        identities -> Text,
        opened_at -> BigInt,
        outcome -> Nullable<Text>,
        settled_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    register_structures (technical_id) {
        technical_id -> Text,
        siret -> Text,
        siren -> Text,
        finess -> Text,
        finess_legal -> Text,
        corporate_name -> Text,
        department_code -> Text,
        department_label -> Text,
        last_feed -> BigInt,
        unnamed_since -> Nullable<BigInt>,
    }
}

diesel::table! {
    card_number_counter (prefix) {
        prefix -> Text,
        last -> BigInt,
    }
}

diesel::table! {
    card_batches (id) {
        id -> Text,
        bureau -> Text,
        status -> Text,
        closed_at -> BigInt,
        returned_at -> Nullable<BigInt>,
        return_file_sha256 -> Nullable<Binary>,
    }
}

diesel::table! {
    cards (number) {
        number -> Text,
        kind -> Text,
        holder -> Text,
        exercise -> Text,
        order_number -> Text,
        replaces -> Nullable<Text>,
        temporary -> Bool,
        status -> Text,
        batch -> Nullable<Text>,
        version -> BigInt,
        ordered_at -> BigInt,
        changed_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        opposed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    card_keys (card_number, key_usage) {
        card_number -> Text,
        key_usage -> Text,
        batch -> Text,
        public_key -> Binary,
        proof -> Binary,
        attestation -> Binary,
        received_at -> BigInt,
    }
}

diesel::table! {
    card_certificates (issuer, serial) {
        issuer -> Text,
        serial -> Text,
        card_number -> Text,
        key_usage -> Text,
    }
}

diesel::table! {
    card_opposition_counter (id) {
        id -> BigInt,
        last -> BigInt,
    }
}

diesel::table! {
    card_oppositions (sequence) {
        sequence -> BigInt,
        card_number -> Text,
        opposed_at -> BigInt,
    }
}

diesel::table! {
    number_counters (series) {
        series -> Text,
        last -> BigInt,
    }
}

diesel::table! {
    officers (login) {
        login -> Text,
        display_name -> Text,
        role -> Text,
        enrolled_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        scope -> Text,
    }
}

diesel::table! {
    card_orders (number) {
        number -> Text,
        version -> BigInt,
        kind -> Text,
        holder -> Text,
        profession -> Text,
        category -> Text,
        family_name -> Text,
        given_name -> Text,
        origin -> Text,
        replaces -> Nullable<Text>,
        plan -> Nullable<Text>,
        submitted_by -> Text,
        submitted_at -> BigInt,
        status -> Text,
        changed_at -> BigInt,
        register_feed -> Text,
        register_record -> Text,
        search_name -> Text,
        structure -> Nullable<Text>,
        title -> Nullable<Text>,
        mandate -> Nullable<Text>,
    }
}

diesel::table! {
    order_notes (id) {
        id -> Text,
        order_number -> Text,
        written_by -> Text,
        written_at -> BigInt,
        note -> Text,
    }
}

diesel::table! {
    order_birth_names (order_number, order_version) {
        order_number -> Text,
        order_version -> BigInt,
        birth_family_name -> Nullable<Text>,
        birth_given_names -> Nullable<Text>,
    }
}

diesel::table! {
    order_documents (id) {
        id -> Text,
        order_number -> Text,
        place -> BigInt,
        kind -> Text,
        octets -> BigInt,
        sha256 -> Text,
        attached_by -> Text,
        attached_at -> BigInt,
    }
}

diesel::table! {
    order_document_contents (document) {
        document -> Text,
        name -> Text,
        content -> Binary,
    }
}

diesel::table! {
    order_questions (order_number, order_version) {
        order_number -> Text,
        order_version -> BigInt,
        asked_by -> Text,
        asked_at -> BigInt,
        question -> Text,
    }
}

diesel::table! {
    order_answers (order_number, order_version) {
        order_number -> Text,
        order_version -> BigInt,
        answered_by -> Text,
        answered_at -> BigInt,
        answer -> Text,
    }
}

diesel::table! {
    order_flags (order_number, order_version, flag) {
        order_number -> Text,
        order_version -> BigInt,
        flag -> Text,
        level -> Text,
        second_officer -> Bool,
        reason -> Text,
        found_at -> BigInt,
    }
}

diesel::table! {
    order_leases (order_number) {
        order_number -> Text,
        officer -> Text,
        since -> BigInt,
        until -> BigInt,
    }
}

diesel::table! {
    queue_views (officer, name) {
        officer -> Text,
        name -> Text,
        query -> Text,
        saved_at -> BigInt,
    }
}

diesel::table! {
    order_places (structure, initials, order_number) {
        structure -> Text,
        initials -> Text,
        order_number -> Text,
        name -> Text,
        submitted_at -> BigInt,
    }
}

diesel::table! {
    orders_given_back (order_number, order_version) {
        order_number -> Text,
        order_version -> BigInt,
        given_back_at -> BigInt,
        refusal -> Nullable<Text>,
    }
}

diesel::table! {
    order_looks (order_number, order_version) {
        order_number -> Text,
        order_version -> BigInt,
        looked_at -> BigInt,
    }
}

diesel::table! {
    reviews (number) {
        number -> Text,
        looks_at -> Text,
        subject -> Text,
        version -> BigInt,
        opened_at -> BigInt,
        due_from -> BigInt,
        contact_changed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    review_findings (review) {
        review -> Text,
        finding -> Text,
        reason -> Nullable<Text>,
        found_by -> Text,
        found_at -> BigInt,
    }
}

diesel::table! {
    card_places (structure, initials, card_number) {
        structure -> Text,
        initials -> Text,
        card_number -> Text,
        name -> Text,
    }
}

diesel::table! {
    terms_acceptances (card_number, terms) {
        card_number -> Text,
        terms -> Text,
        path -> Text,
        accepted_at -> BigInt,
        recorded_by -> Text,
        recorded_at -> BigInt,
    }
}

diesel::table! {
    structure_mandates (number) {
        number -> Text,
        structure -> Text,
        login -> Text,
        quality -> Text,
        identifier -> Nullable<Text>,
        reference -> Text,
        document -> Text,
        until -> Nullable<BigInt>,
        proposed_by -> Text,
        proposed_at -> BigInt,
    }
}

diesel::table! {
    structure_mandate_ends (mandate) {
        mandate -> Text,
        ended_by -> Text,
        ended_at -> BigInt,
        before_signatures -> Bool,
    }
}

diesel::table! {
    structure_staff (structure, local_id) {
        structure -> Text,
        local_id -> Text,
        post -> Text,
        family_name -> Text,
        given_name -> Text,
        declared_by -> Text,
        declared_at -> BigInt,
        left_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    certificate_requests (number) {
        number -> Text,
        version -> BigInt,
        profile -> Text,
        structure -> Text,
        common_name -> Text,
        dns_names -> Text,
        csr -> Binary,
        public_key -> Binary,
        submitted_by -> Text,
        submitted_at -> BigInt,
        status -> Text,
        changed_at -> BigInt,
        issuer -> Nullable<Text>,
        serial -> Nullable<Text>,
        family_name -> Nullable<Text>,
        given_name -> Nullable<Text>,
        profession -> Nullable<Text>,
        category -> Nullable<Text>,
        title -> Nullable<Text>,
        mandate -> Nullable<Text>,
        email_address -> Nullable<Text>,
    }
}

diesel::table! {
    decisions (subject_kind, subject_number, subject_version, decided_by) {
        subject_kind -> Text,
        subject_number -> Text,
        subject_version -> BigInt,
        decided_by -> Text,
        decision -> Text,
        reason_code -> Nullable<Text>,
        reason_text -> Nullable<Text>,
        decided_at -> BigInt,
        proof_kind -> Text,
        proof -> Binary,
    }
}

diesel::table! {
    officer_delegations (number) {
        number -> Text,
        delegator -> Text,
        delegate -> Text,
        scope -> Text,
        begins_at -> BigInt,
        ends_at -> BigInt,
        proposed_at -> BigInt,
    }
}

diesel::table! {
    officer_delegation_ends (delegation) {
        delegation -> Text,
        ended_by -> Text,
        ended_at -> BigInt,
    }
}

diesel::table! {
    officer_enrolments (number) {
        number -> Text,
        action -> Text,
        login -> Text,
        display_name -> Text,
        role -> Text,
        credential_id -> Binary,
        public_key -> Binary,
        not_before -> BigInt,
        proposed_by -> Text,
        proposed_at -> BigInt,
        scope -> Text,
        email -> Nullable<Text>,
    }
}

diesel::table! {
    enrolments_told (enrolment) {
        enrolment -> Text,
        told_at -> BigInt,
    }
}

diesel::table! {
    decision_digest_lines (subject_kind, subject_number, subject_version, decided_by) {
        subject_kind -> Text,
        subject_number -> Text,
        subject_version -> BigInt,
        decided_by -> Text,
        verdict -> Text,
        proof -> Text,
        seen_at -> BigInt,
        refusal -> Nullable<Text>,
        told_at_once -> Nullable<Text>,
        digest -> Nullable<Text>,
    }
}

diesel::table! {
    request_replies (login, key) {
        login -> Text,
        key -> Text,
        request -> Text,
        status -> BigInt,
        location -> Nullable<Text>,
        etag -> Nullable<Text>,
        body -> Text,
        kept_at -> BigInt,
    }
}

diesel::table! {
    decision_nonces (nonce) {
        nonce -> Text,
        issued_at -> BigInt,
        expires_at -> BigInt,
        claimed_by -> Nullable<Text>,
        statement -> Nullable<Text>,
        refusal -> Nullable<Text>,
    }
}

diesel::table! {
    decision_inbox (subject_kind, subject_number, subject_version, decided_by) {
        subject_kind -> Text,
        subject_number -> Text,
        subject_version -> BigInt,
        decided_by -> Text,
    }
}

diesel::table! {
    decision_receipts (subject_kind, subject_number, subject_version, decided_by) {
        subject_kind -> Text,
        subject_number -> Text,
        subject_version -> BigInt,
        decided_by -> Text,
        proof -> Text,
        credential -> Nullable<Text>,
        sign_count -> Nullable<BigInt>,
        seen_at -> BigInt,
        refusal -> Nullable<Text>,
    }
}

diesel::table! {
    decision_retractions (subject_kind, subject_number, subject_version, decided_by) {
        subject_kind -> Text,
        subject_number -> Text,
        subject_version -> BigInt,
        decided_by -> Text,
        retracted_at -> BigInt,
    }
}

diesel::table! {
    decisions_pending (subject_kind, subject_number, subject_version) {
        subject_number -> Text,
        subject_version -> BigInt,
        effective_at -> BigInt,
        subject_kind -> Text,
    }
}

diesel::table! {
    decisions_in_effect (subject_kind, subject_number, subject_version) {
        subject_number -> Text,
        subject_version -> BigInt,
        took_effect_at -> BigInt,
        subject_kind -> Text,
    }
}

diesel::table! {
    decision_retractions_seen (subject_kind, subject_number, subject_version, decided_by) {
        subject_kind -> Text,
        subject_number -> Text,
        subject_version -> BigInt,
        decided_by -> Text,
        seen_at -> BigInt,
    }
}

diesel::table! {
    structure_names (structure, name) {
        structure -> Text,
        name -> Text,
        approved_by -> Text,
        approved_at -> BigInt,
    }
}

diesel::table! {
    opposition_declarations (receipt) {
        receipt -> Text,
        card_number -> Text,
        ground -> Text,
        declared_by -> Text,
        received_at -> BigInt,
        requester -> Nullable<Text>,
        requested_by -> Nullable<Text>,
        mandate -> Nullable<Text>,
    }
}

diesel::table! {
    order_examinations (order_number, begun_at, officer) {
        order_number -> Text,
        order_version -> BigInt,
        officer -> Text,
        begun_at -> BigInt,
    }
}

diesel::table! {
    opposition_requests (id) {
        id -> Text,
        card_number -> Text,
        structure -> Text,
        ground -> Text,
        requested_by -> Text,
        mandate -> Text,
        requested_at -> BigInt,
        outcome -> Nullable<Text>,
        refusal -> Nullable<Text>,
        rule -> Nullable<Text>,
        receipt -> Nullable<Text>,
        answered_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    certificate_revocation_requests (id) {
        id -> Text,
        request_number -> Text,
        reason -> Text,
        requested_by -> Text,
        requested_at -> BigInt,
        outcome -> Nullable<Text>,
        refusal -> Nullable<Text>,
        answered_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    opposition_codes (card_number) {
        card_number -> Text,
        due_at -> BigInt,
        verifier -> Nullable<Binary>,
        mac_key -> Nullable<Text>,
        letter -> Nullable<Text>,
        made_at -> Nullable<BigInt>,
        failures -> BigInt,
        locked_until -> Nullable<BigInt>,
    }
}

diesel::table! {
    entry_refusals (holder, kind, profession) {
        holder -> Text,
        kind -> Text,
        profession -> Text,
        code -> Text,
        tries -> BigInt,
        refused_at -> BigInt,
        next_at -> BigInt,
    }
}

diesel::table! {
    card_expiry_notices (card_number, days) {
        card_number -> Text,
        days -> BigInt,
        told_at -> BigInt,
    }
}

diesel::table! {
    certificate_terms_acceptances (request, accepted_by, terms, text_sha256) {
        request -> Text,
        accepted_by -> Text,
        terms -> Text,
        text_sha256 -> Text,
        mandate -> Nullable<Text>,
        accepted_at -> BigInt,
    }
}

diesel::table! {
    certificate_retrieval_reminders (request) {
        request -> Text,
        reminded_at -> BigInt,
    }
}

diesel::table! {
    one_time_requests (id) {
        id -> Text,
        identifier -> Nullable<Text>,
        secret -> Nullable<Binary>,
        received_at -> BigInt,
        taken_until -> Nullable<BigInt>,
        outcome -> Nullable<Text>,
        holder -> Nullable<Text>,
        settled_at -> Nullable<BigInt>,
        failures -> BigInt,
    }
}

diesel::table! {
    one_time_budget (id) {
        id -> BigInt,
        spent_at -> BigInt,
    }
}

diesel::table! {
    one_time_codes (request, card_number) {
        request -> Text,
        card_number -> Text,
        verifier -> Binary,
        mac_key -> Text,
    }
}

diesel::table! {
    holder_declarations (id) {
        id -> Text,
        identifier -> Nullable<Text>,
        request -> Nullable<Text>,
        code_digest -> Nullable<Binary>,
        ground -> Text,
        received_at -> BigInt,
        outcome -> Nullable<Text>,
        receipt -> Nullable<Text>,
        status_sequence -> Nullable<BigInt>,
        answered_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    card_suspensions (number) {
        number -> Text,
        card_number -> Text,
        suspended_by -> Text,
        suspended_at -> BigInt,
        outcome -> Nullable<Text>,
        ended_at -> Nullable<BigInt>,
        ended_by -> Nullable<Text>,
    }
}

diesel::table! {
    opposition_tickets (number) {
        number -> Text,
        identifier -> Text,
        ground -> Text,
        opened_at -> BigInt,
        looked_at -> Nullable<BigInt>,
        telephone -> Nullable<Text>,
        email -> Nullable<Text>,
        outcome -> Nullable<Text>,
        receipt -> Nullable<Text>,
        reason -> Nullable<Text>,
        closed_at -> Nullable<BigInt>,
        closed_by -> Nullable<Text>,
        names_card -> Bool,
    }
}

diesel::table! {
    renewal_plans (id) {
        id -> Text,
        planned_by -> Text,
        planned_at -> BigInt,
        horizon -> BigInt,
        status -> Text,
        by_one_before -> Bool,
    }
}

diesel::table! {
    renewal_plan_items (plan, card_number) {
        plan -> Text,
        card_number -> Text,
        outcome -> Text,
        exclusion -> Nullable<Text>,
        order_number -> Nullable<Text>,
        holder -> Nullable<Text>,
    }
}

diesel::table! {
    outbox (id) {
        id -> Text,
        recipient -> Text,
        notice -> Text,
        subject -> Text,
        created_at -> BigInt,
        sent_at -> Nullable<BigInt>,
        attempts -> BigInt,
        taken_until -> Nullable<BigInt>,
        next_attempt_at -> Nullable<BigInt>,
        failed_at -> Nullable<BigInt>,
        last_error -> Nullable<Text>,
        leaves_first -> Bool,
    }
}

diesel::table! {
    crl_shards (issuer, number) {
        issuer -> Text,
        number -> BigInt,
        crl_url -> Text,
        delta_crl_url -> Text,
        opened_at -> BigInt,
        ended_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    crls (issuer, scope, kind, number) {
        issuer -> Text,
        scope -> Text,
        kind -> Text,
        number -> BigInt,
        base_number -> Nullable<BigInt>,
        this_update -> BigInt,
        next_update -> BigInt,
        entries -> BigInt,
        log_sequence -> BigInt,
        der -> Binary,
        recorded_at -> BigInt,
    }
}

diesel::table! {
    signing_intents (digest, signing_key) {
        digest -> Binary,
        signing_key -> Text,
        subject -> Text,
        intended_at -> BigInt,
    }
}

diesel::table! {
    signing_ledgers (ledger) {
        ledger -> Text,
        kind -> Text,
        place -> Text,
        position -> BigInt,
        sequence -> BigInt,
        chain -> Binary,
        reconciled_at -> BigInt,
    }
}

diesel::table! {
    signing_alarms (ledger, sequence) {
        ledger -> Text,
        sequence -> BigInt,
        what -> Text,
        found_at -> BigInt,
        code -> Nullable<Text>,
        signing_key -> Nullable<Text>,
    }
}

diesel::table! {
    signing_awaited (ledger, sequence) {
        ledger -> Text,
        sequence -> BigInt,
        signed_at -> BigInt,
        token -> Text,
        key_id -> Text,
        digest -> Binary,
        subject -> Text,
        looked_at -> BigInt,
    }
}

diesel::table! {
    signing_superseded (ledger, sequence) {
        ledger -> Text,
        sequence -> BigInt,
        taken_by -> Text,
        found_at -> BigInt,
    }
}

diesel::table! {
    ceremony_reports (digest) {
        digest -> Binary,
        ceremony -> Text,
        report -> Binary,
        recorded_at -> BigInt,
    }
}

diesel::table! {
    signing_acknowledgements (ledger, sequence) {
        ledger -> Text,
        sequence -> BigInt,
        reason -> Text,
        acknowledged_by -> Text,
        acknowledged_at -> BigInt,
    }
}

diesel::table! {
    responder_requests (digest) {
        digest -> Binary,
        authority -> Text,
        predecessor -> Text,
        attempt -> BigInt,
        token -> Text,
        key_id -> Text,
        statement -> Binary,
    }
}

diesel::table! {
    responder_request_proofs (digest) {
        digest -> Binary,
        possession -> Binary,
        authorisation -> Binary,
    }
}

diesel::table! {
    responder_refusals (digest) {
        digest -> Binary,
        code -> Text,
        why -> Text,
        refused_at -> BigInt,
    }
}

diesel::table! {
    responder_certifications (predecessor, trial) {
        predecessor -> Text,
        trial -> BigInt,
        digest -> Binary,
        ceremony -> Binary,
        issuer -> Text,
        serial -> Text,
    }
}

diesel::joinable!(audit_pending -> audit_events (event_id));
diesel::joinable!(audit_leaves -> audit_events (event_id));
diesel::joinable!(audit_payloads -> audit_events (event_id));
diesel::joinable!(card_certificates -> cards (card_number));
diesel::joinable!(review_findings -> reviews (review));

diesel::table! {
    coherence_sightings (face, issuer, scope, number) {
        face -> Text,
        issuer -> Text,
        scope -> Text,
        number -> BigInt,
        seen_at -> BigInt,
    }
}

diesel::table! {
    ocsp_lifetimes (since) {
        since -> BigInt,
        lifetime -> BigInt,
    }
}

diesel::table! {
    job_runs (job) {
        job -> Text,
        began_at -> BigInt,
        took_ms -> BigInt,
        outcome -> Text,
        trouble -> Nullable<Text>,
        troubled_since -> Nullable<BigInt>,
    }
}

diesel::table! {
    signer_processes (kind) {
        kind -> Text,
        since -> BigInt,
        starts -> BigInt,
        signatures -> BigInt,
        last_signed_at -> Nullable<BigInt>,
        p50_us -> Nullable<BigInt>,
        p99_us -> Nullable<BigInt>,
        told_at -> BigInt,
    }
}

diesel::table! {
    signer_tokens (kind, token) {
        kind -> Text,
        token -> Text,
        asked_at -> BigInt,
        trouble -> Nullable<Text>,
        troubled_since -> Nullable<BigInt>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    audit_events,
    audit_payloads,
    audit_pending,
    audit_leaves,
    audit_subjects,
    audit_checkpoints,
    audit_subtrees,
    authorities,
    authority_ends,
    service_keys,
    issuance_epochs,
    certificates,
    compromised_keys,
    certificate_status_counter,
    certificate_status_events,
    register_feeds,
    register_holds,
    register_silences,
    register_examinations,
    card_changes,
    card_lapses,
    certificate_lapses,
    opposition_plans,
    opposition_plan_certificates,
    opposition_plan_items,
    professionals,
    register_structures,
    register_merges,
    register_merge_cases,
    register_supplements,
    register_contact_changes,
    register_identities,
    card_number_counter,
    card_batches,
    cards,
    card_keys,
    card_certificates,
    card_opposition_counter,
    card_oppositions,
    card_suspensions,
    number_counters,
    officers,
    card_orders,
    order_notes,
    order_birth_names,
    order_documents,
    order_document_contents,
    order_questions,
    order_answers,
    order_flags,
    order_looks,
    orders_given_back,
    reviews,
    review_findings,
    order_places,
    card_places,
    order_leases,
    queue_views,
    terms_acceptances,
    structure_mandates,
    structure_mandate_ends,
    structure_staff,
    certificate_requests,
    decisions,
    officer_enrolments,
    officer_delegations,
    officer_delegation_ends,
    request_replies,
    decision_nonces,
    decision_inbox,
    decision_receipts,
    enrolments_told,
    decision_digest_lines,
    decision_retractions,
    decision_retractions_seen,
    decisions_in_effect,
    decisions_pending,
    structure_names,
    opposition_declarations,
    entry_refusals,
    card_expiry_notices,
    certificate_terms_acceptances,
    certificate_retrieval_reminders,
    order_examinations,
    opposition_requests,
    certificate_revocation_requests,
    opposition_codes,
    one_time_requests,
    one_time_codes,
    one_time_budget,
    holder_declarations,
    opposition_tickets,
    renewal_plans,
    renewal_plan_items,
    outbox,
    crl_shards,
    crls,
    signing_intents,
    signing_ledgers,
    signing_alarms,
    signing_awaited,
    signing_superseded,
    ceremony_reports,
    signing_acknowledgements,
    responder_requests,
    responder_request_proofs,
    responder_refusals,
    responder_certifications,
    coherence_sightings,
    ocsp_lifetimes,
    job_runs,
    signer_processes,
    signer_tokens,
);
