# Stands for Mastodon: the few models and methods that the scripts of day two use, kept in a JSON file, each call in a log.
require "json"
require "ostruct"
require "set"

STATE = ENV.fetch("FAKE_STATE")

module Fake
  def self.read = JSON.parse(File.read(STATE))
  def self.change = read.tap { |state| yield state }.then { |state| File.write(STATE, JSON.generate(state)) }
  def self.log(line) = change { |state| (state["calls"] ||= []) << line }
end

class String
  def camelize = split("_").map(&:capitalize).join
  def constantize = Object.const_get(self)
end

module ActiveRecord
  class RecordInvalid < StandardError; end
  class RecordNotUnique < StandardError; end
end

class Account
  def self.find_local(name)
    found = Fake.read.fetch("accounts", {})[name]
    found && OpenStruct.new(user: User.new(found))
  end
end

class User
  def initialize(fields) = @fields = fields
  def email = @fields["email"]
  def current_sign_in_at = @fields["signed_in"]
  def reset_password_sent_at = @fields["reset_sent"]
  def send_reset_password_instructions = Fake.log("reset mail to #{email}")

  def self.where = self
  def self.not(_) = self
  def self.group(_) = self
  def self.having(_, number) = tap { @number = number }
  def self.count = Fake.read.fetch("users", {}).select { |_, users| users >= @number }
end

class EmailDomainBlock
  def self.pluck(_) = Fake.read.fetch("blocked", [])
  def self.create!(domain:) = Fake.change { |state| (state["blocked"] ||= []) << domain }
end

%w[Instances Accounts Tags PublicStatuses Statuses].each do |name|
  index = Class.new { define_singleton_method(:specification) { OpenStruct.new(changed?: Fake.read.fetch("changed", []).include?(name)) } }
  Object.const_set("#{name}Index", index)
end

class Redis
  def initialize(url:) = url
  def smembers(key) = Fake.read.fetch("redis", {}).fetch(key, [])
  def sadd(key, names) = Fake.change { |state| (state["redis"] ||= {})[key] = smembers(key) | names }
  def srem(key, names) = Fake.change { |state| state["redis"][key] = smembers(key) - names }
end
