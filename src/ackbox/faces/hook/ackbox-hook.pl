#!/usr/bin/perl
# `ackbox hook` without a start of Python, for the hook of an agent program: passes the event to the
# server of this machine. Takes the arguments of `ackbox hook`, and calls it for everything else,
# such as the first event of a session. Prints a complete reply or nothing, and always ends with 0.
# Loads no module, not even strict, because that would take longer than the rest; a test checks it
# with strict. Explained in docs/why/reach.md, "A hook without Python".

my $DEADLINE_S = 0.8;
my ($here) = $0 =~ m{^(.*)/}s;
my @arguments = @ARGV;
my $program = shift @ARGV;
$SIG{PIPE} = 'IGNORE';

sub with_python {
    my ($event) = @_;
    exit 0 unless -x "$here/ackbox";
    my @command = ("$here/ackbox", 'hook', @arguments);
    exec { $command[0] } @command or exit 0 unless defined $event;
    open my $python, '|-', @command or exit 0;
    print $python $event;
    close $python;
    exit 0;
}

my %options;
my %names = ('--as' => 'agent', '-w' => 'workspace', '--workspace' => 'workspace', '--data-dir' => 'data');
while (defined(my $word = shift @ARGV)) {
    if ($names{$word} && @ARGV) { $options{$names{$word}} = shift @ARGV }
    elsif ($word =~ /^--(connected|launched)$/) { $options{$1} = 1 }
    else { with_python() }
}
# The hooks of an installation are off in a program that `ackbox run` started.
exit 0 if $options{connected} && ($ENV{ACKBOX_LAUNCH} // '') eq $program;
# Another server, key or instance may be chosen.
with_python() if grep { length($ENV{$_} // '') } qw(ACKBOX_URL ACKBOX_KEY ACKBOX_INSTANCE);
my $home = $ENV{HOME} // '';
with_python() if -e (($ENV{XDG_CONFIG_HOME} || "$home/.config") . '/ackbox/config.toml');
my $data = $options{data} || $ENV{ACKBOX_DATA_DIR} || (($ENV{XDG_DATA_HOME} || "$home/.local/share") . '/ackbox');
$data =~ s{^~(?=/|$)}{$home};
# Only Python opens sealed messages.
with_python() if -d "$data/vaults";
my $agent = $options{agent} || $ENV{ACKBOX_AGENT} || with_python();
my $workspace = $options{workspace} || $ENV{ACKBOX_WORKSPACE} || '';

sub give_up {
    my ($why) = @_;
    my ($s, $m, $h, $day, $month, $year) = gmtime;
    umask 077;
    if (-d $data && open my $log, '>>', "$data/hook.log") {
        printf $log "%04d-%02d-%02dT%02d:%02d:%02d+0000 %s: %s\n",
            $year + 1900, $month + 1, $day, $h, $m, $s, $program, $why;
    }
    exit 0;
}

my $file = "$data/hook.pass";
# A server of an older version writes no such file.
with_python() if !-e $file && -e "$data/server.json";
open my $pass, '<', $file or give_up("no server runs on $data");
with_python() unless -O $pass;
my ($host, $port, $token, $proof) = split ' ', <$pass> // '';
with_python() unless ($host // '') =~ /^\d+\.\d+\.\d+\.\d+$/ && $proof;

sub quoted {
    my ($text) = @_;
    $text =~ s/([^A-Za-z0-9_.~-])/sprintf '%%%02X', ord $1/ge;
    return $text;
}

# Makes one request; returns status and body, or nothing when no server is there.
sub ask {
    my ($body, @headers) = @_;
    # AF_INET and SOCK_STREAM have these numbers on Linux and macOS, whose addresses differ.
    socket my $line, 2, 1, 0 or return;
    my $family = $^O eq 'linux' ? pack 'S', 2 : pack 'CC', 16, 2;
    connect $line, $family . pack 'n C4 x8', $port, split /\./, $host or return;
    my $request = join "\r\n",
        'POST /v1/hook HTTP/1.1', "Host: $host:$port", 'Connection: close',
        'Content-Type: application/json', 'Content-Length: ' . length $body,
        "Ackbox-Hook: $token", 'Ackbox-Program: ' . quoted($program),
        'Ackbox-Agent: ' . quoted($agent),
        ($workspace ne '' ? 'Ackbox-Workspace: ' . quoted($workspace) : ()), @headers, '', $body;
    while (length $request) {
        my $written = syswrite $line, $request or return;
        substr $request, 0, $written, '';
    }
    my ($answer, $ready) = ('', '');
    vec($ready, fileno $line, 1) = 1;
    while (1) {
        select(my $now = $ready, undef, undef, $DEADLINE_S) or give_up('no answer in time');
        sysread $line, $answer, 65536, length $answer or last;
        # Nothing waits, the usual case: no need to wait for the end of the connection.
        last if $answer =~ m{^HTTP/1\.1 204 };
    }
    my ($head, $content) = split /\r\n\r\n/, $answer, 2;
    return ($head // '') =~ m{^HTTP/1\.1 (\d+)} ? ($1, $content // '') : ();
}

# For a connection that the server's machine does not take.
$SIG{ALRM} = sub { give_up('no answer in time') };
alarm 2;
binmode STDIN;
my $event = do { local $/; <STDIN> } // '';
my ($status, $answer) = ask($event);
exit 0 if defined $status && $status == 204;
with_python($event) unless defined $status && $status == 200;
my ($first, $reply) = split /\n/, $answer, 2;
my ($said, $receipt) = split / /, $first // '';
give_up('the answer is not from the server') unless ($said // '') eq $proof;
while (length $reply) {
    my $written = syswrite \*STDOUT, $reply or exit 0;
    substr $reply, 0, $written, '';
}
# Confirmed only after the reply was written.
exit 0 if $receipt eq '-';
($status) = ask('', "Ackbox-Shown: $receipt");
give_up('not confirmed (' . ($status // 'no server') . ')') unless ($status // 0) == 204;
exit 0;
