#!/usr/bin/perl
# Checks an exported history by docs/history-format.md alone: history-format.pl h.jsonl h.seals.jsonl [SEAL]
use strict;
use warnings;
use Digest::SHA qw(sha256 sha256_hex);
use Encode qw(encode);
use JSON::PP;

sub fail { print "$_[0]\n"; exit 1 }

sub lines {
    open my $file, '<', $_[0] or die "$_[0]: $!";
    return map { JSON::PP->new->utf8->decode($_) } <$file>;
}

my ($history, $seals, $outside) = @ARGV;
my (%end, %at, %hash_of);
for my $row (lines($history)) {
    my ($entity, $seq, $hash) = @$row{qw(entity seq hash)};
    my $place = "$entity, row $seq";
    my $last = $end{$entity} // { seq => 0, hash => '0' x 64 };
    fail("$place: a row is missing") if $seq != $last->{seq} + 1;
    fail("$place: does not follow") if $row->{prev_hash} ne $last->{hash};
    my $bytes = encode('UTF-8', $row->{body});
    fail("$place: body and hash disagree") if sha256_hex(pack('H*', $row->{prev_hash}) . $bytes) ne $hash;
    my $body = JSON::PP->new->utf8->decode($bytes);
    fail("$place: belongs elsewhere") if $body->{entity} ne $entity || $body->{seq} != $seq;
    fail("$place: time goes back") if $body->{at} lt ($at{$entity} // '');
    ($end{$entity}, $at{$entity}, $hash_of{"$entity:$seq"}) = ($row, $body->{at}, $hash);
}
exit 0 unless defined $outside;

my ($seal) = grep { $_->{seal} eq $outside } lines($seals);
fail("no such seal") unless $seal;
my @leaves = sort { $a->[0] cmp $b->[0] } @{ $seal->{leaves} };
my @level = map { sha256("\0" . join(':', @$_)) } @leaves;
while (@level > 1) {
    my @above;
    push @above, @level > 1 ? sha256("\1" . shift(@level) . shift(@level)) : shift @level while @level;
    @level = @above;
}
fail("the leaves do not give this seal") if (@level ? unpack('H*', $level[0]) : sha256_hex('')) ne $outside;
for my $leaf (grep { $_->[1] > 0 } @leaves) {
    fail("$leaf->[0], row $leaf->[1]: sealed row is gone or rewritten")
        if ($hash_of{"$leaf->[0]:$leaf->[1]"} // '') ne $leaf->[2];
}
