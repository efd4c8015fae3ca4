# Blocks sign-ups from the mail domains of public lists. It only adds: what people blocked or unblocked by hand otherwise stays theirs, and a domain
# that a list drops stays blocked. A list that does not look like one is left alone as a whole, because it may be broken or in other hands.
require "net/http"
require "set"
require "uri"

$stdout.sync = true

# A module, because methods of the script itself would become methods of every object of Mastodon.
module MailDomains
  class Refused < StandardError; end

  BYTES = 20 * 1024 * 1024
  DOMAIN = /\A(?=.{4,253}\z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])\z/
  # What a list may do wrong. Anything else is a mistake of this script or of the server.
  EXPECTED = [Refused, SocketError, SystemCallError, Timeout::Error, OpenSSL::SSL::SSLError, Net::ProtocolError, URI::Error].freeze

  module_function

  def number(name)
    Integer(ENV.fetch(name))
  end

  def fetch(url, redirects = 3)
    uri = URI(url)
    raise Refused, "leads to #{uri.scheme}, which anybody on the way may change" unless uri.is_a?(URI::HTTPS)

    answer = Net::HTTP.start(uri.host, uri.port, use_ssl: true, open_timeout: 10, read_timeout: 60) do |http|
      http.request_get(uri.request_uri) { |response| limited(response) }
    end
    return answer.body if answer.is_a?(Net::HTTPSuccess)
    raise Refused, "answers #{answer.code}" unless answer.is_a?(Net::HTTPRedirection) && redirects.positive?

    fetch(URI.join(url, answer["location"]).to_s, redirects - 1)
  end

  def limited(response)
    text = +""
    response.read_body do |chunk|
      text << chunk
      raise Refused, "is larger than #{BYTES} bytes" if text.bytesize > BYTES
    end
    response.body = text
  end

  # The domain itself and everything above it but the top level: a block of any of them keeps the domain out.
  def with_parents(domain)
    labels = domain.split(".")
    (0..labels.size - 2).map { |first| labels.drop(first).join(".") }
  end

  def domains_in(text)
    lines = text.encode("UTF-8", "UTF-8", invalid: :replace, undef: :replace).delete_prefix("\uFEFF").lines
    entries = lines.map { |line| line.sub(%r{(?:\A|\s)(?:#|//).*}m, "").strip.downcase }.reject(&:empty?)
    wrong = entries.grep_v(DOMAIN)
    # One in a hundred may be a mistake; more, and it is a page, not a list.
    raise Refused, "holds #{wrong.size} lines of #{entries.size} that are no domains" if wrong.size * 100 > entries.size

    (entries - wrong).to_set
  end

  def checked(domains, never)
    fewest, most = number("FEWEST"), number("MOST")
    raise Refused, "holds #{domains.size} domains, less than dayTwo.mailDomains.fewest, #{fewest}" if domains.size < fewest
    raise Refused, "holds #{domains.size} domains, more than dayTwo.mailDomains.most, #{most}" if domains.size > most

    common = domains & never
    raise Refused, "would lock out #{common.first(5).join(', ')}" unless common.empty?

    domains
  end
end

never = ENV.fetch("NEVER").split.flat_map { |domain| MailDomains.with_parents(domain) }.to_set
in_use = User.where.not(confirmed_at: nil)
             .group("lower(split_part(users.email, '@', 2))")
             .having("count(*) >= ?", MailDomains.number("USERS"))
             .count.keys.flat_map { |domain| MailDomains.with_parents(domain) }.to_set

refused = 0
wanted = ENV.fetch("LISTS").split.each_with_object(Set.new) do |url, all|
  listed = MailDomains.checked(MailDomains.domains_in(MailDomains.fetch(url)), never)
  puts "#{url}: #{listed.size} domains"
  all.merge(listed)
rescue *MailDomains::EXPECTED => e
  refused += 1
  warn "#{url} is left alone: it #{e.is_a?(MailDomains::Refused) ? e.message : "cannot be read (#{e.class})"}"
end

kept = wanted & in_use
puts "not blocked, because people here use them: #{kept.sort.join(', ')}" unless kept.empty?

added = 0
(wanted - kept - EmailDomainBlock.pluck(:domain).to_set).each do |domain|
  EmailDomainBlock.create!(domain: domain)
  added += 1
rescue ActiveRecord::RecordInvalid, ActiveRecord::RecordNotUnique => e
  warn "#{domain} is left out: #{e.message}"
end

puts "blocked #{added} more"
abort "#{refused} lists were left alone" if refused.positive?
